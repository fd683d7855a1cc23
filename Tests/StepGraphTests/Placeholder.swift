// StepGraphTests
