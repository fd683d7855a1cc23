print("drplan")
