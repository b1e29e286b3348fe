"""The side-chain model, a flow of all chi angles, from prepared sets (`molgen prepare side-chains`)."""

COMMAND = "side-chains"
