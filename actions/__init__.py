"""Custom actions, one a file: slots -> knowledge -> utter_message -> events."""
