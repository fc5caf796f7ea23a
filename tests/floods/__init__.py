"""Floods: whatever a bridge sends, Home Assistant's event loop stays free."""
