"""The subscription map."""
