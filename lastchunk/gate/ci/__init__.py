"""`lastchunk ci`: the checks that a project keeps, from a file to an exit code and its reports."""
