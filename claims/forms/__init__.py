"""What people enter, parsed and bounded; what it means is decided by the operations."""
