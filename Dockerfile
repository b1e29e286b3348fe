# molgen on CPUs: docker build -t molgen .
# docker run --rm -v "$PWD:/work" molgen dock -p data/1ia1.cif -l data/1ia1_ligand.sdf --pocket ligand:TQ3 -o poses.sdf
FROM python:3.12-slim

# RDKit draws with the X libraries
RUN apt-get update \
    && apt-get install -y --no-install-recommends libexpat1 libxext6 libxrender1 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/molgen
COPY constraints.txt ./
# first, and without CUDA: the rest then finds it
RUN pip install --no-cache-dir "$(grep '^torch==' constraints.txt)" --index-url https://download.pytorch.org/whl/cpu

COPY pyproject.toml README.md LICENSE ./
COPY molgen molgen
RUN pip install --no-cache-dir -c constraints.txt ".[report]"

RUN useradd --create-home chemist && install -d -o chemist /opt/compiled
USER chemist
ENV OMP_NUM_THREADS=1 MPLCONFIGDIR=/tmp NUMBA_CACHE_DIR=/opt/compiled
# compiles what a first run would
RUN molgen doctor
WORKDIR /work
ENTRYPOINT ["molgen"]
CMD ["--help"]
