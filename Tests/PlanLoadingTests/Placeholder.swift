// PlanLoadingTests
