"""The built-in planner's weights and how well they carry over: fitted on the tools' own examples, measured on phrases it has not seen."""
