"""The pages of help: in the wheel, so that hosts without internet have them."""
