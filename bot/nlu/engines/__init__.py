"""The sentence encoders' models, read from the packages that ship them and computed by ONNX Runtime."""
