"""One module a register: how its kept rows become spells."""
