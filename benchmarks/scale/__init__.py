"""
How far the house carries, what gives way next, and what to do about it.

`life` counts the visits of a case by the real schedule; `workload` says how many cases there are;
`constants` what each piece of work costs, measured by `measure`; `model` adds it up per resource;
`queueing` and `simulate` play it event by event; `validate` holds the model against a real run.
"""
