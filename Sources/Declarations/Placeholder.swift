// Declarations
