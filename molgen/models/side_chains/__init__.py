"""Train the side-chain model from prepared sets (`molgen prepare side-chains`)."""

COMMAND = "side-chains"
