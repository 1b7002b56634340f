"""Running ChuangWen: the assistant in one process, its store and its channels."""
