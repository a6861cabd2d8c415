"""The pages of the desk on which permit types are edited, compared, published and retired."""
