"""Work on many records: their marks, the plan that is reviewed, and the run that carries it out."""
