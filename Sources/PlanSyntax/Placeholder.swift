// PlanSyntax
