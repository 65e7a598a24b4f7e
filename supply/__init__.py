"""What logship is made of beside its own code, and what is known against it. No part of the daemon."""
