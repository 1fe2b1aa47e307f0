"""Programs that call `bus.tap()`, listened to."""
