"""What every HTTP endpoint shares: proof of caller, reading bodies, refusing, retry safety, lists."""
