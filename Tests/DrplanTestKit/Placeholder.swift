// DrplanTestKit
