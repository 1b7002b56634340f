"""What WeChat and WeCom share: signatures, encryption, XML, calls, and how a turn reads."""
