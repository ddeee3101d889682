"""A stand-in for Amazon Bedrock on loopback: real signatures and service models, scripted behaviour, no model. See ../README.md."""
