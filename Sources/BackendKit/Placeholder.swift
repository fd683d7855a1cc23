// BackendKit
