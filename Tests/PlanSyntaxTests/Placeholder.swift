// PlanSyntaxTests
