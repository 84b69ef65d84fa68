from bot.errors import StartupError


class ModelFileError(StartupError):
    """Raised when a model file inside a package is missing, damaged or of another format."""

    code = "model_file"
