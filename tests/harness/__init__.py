"""What tests of the whole product stand on: a real server process, its database and store, and real clients."""
