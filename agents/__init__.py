"""The specialists, one file each; `registry` finds them."""
