// HostSystemTests
