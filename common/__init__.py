"""What every app may use and none owns: problems, identifiers, London's civil time. Pure: no Django."""
