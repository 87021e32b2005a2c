"""Sites: one address under one provider each."""
