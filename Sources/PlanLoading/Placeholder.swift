// PlanLoading
