"""RabbitMQ: exchanges tapped through a queue of our own; begin at `tap.py`."""
