"""Reports on runs over libraries, from their Parquet files."""
