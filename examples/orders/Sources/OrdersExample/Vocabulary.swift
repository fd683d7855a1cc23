/// The words that the made-up customers and products are put together from.
enum Vocabulary {
  static let firstNames = [
    "Ada", "Amal", "Bjørn", "Chidi", "Chloé", "Dilek", "Edsger", "Emeka", "Frances", "Grace", "Hana",
    "Ingrid",
    "Jun", "Katherine", "Lakshmi", "Linus", "Malik", "Margaret", "Mateo", "Nadia", "Olga", "Pablo", "Quentin",
    "Radia", "Sofía", "Tomasz", "Ursula", "Wei", "Yuki", "Zoë",
  ]
  static let lastNames = [
    "Almeida", "Bauer", "Cohen", "Dubois", "Eriksson", "Fischer", "García", "Haddad", "Ivanova", "Jensen",
    "Khan",
    "Kowalski", "Li", "Müller", "Nguyen", "O'Brien", "Okafor", "Papadopoulos", "Rossi", "Sato", "Silva",
    "Smith",
    "Svensson", "Tanaka", "Vogel", "Weiß", "Yılmaz", "Zhang",
  ]
  static let cities: [(name: String, country: String)] = [
    ("Berlin", "DE"), ("München", "DE"), ("Köln", "DE"), ("Wien", "AT"), ("Zürich", "CH"), ("Paris", "FR"),
    ("Lyon", "FR"), ("Madrid", "ES"), ("Málaga", "ES"), ("Lisboa", "PT"), ("Milano", "IT"), ("Kraków", "PL"),
    ("København", "DK"), ("Malmö", "SE"), ("Tampere", "FI"), ("Rotterdam", "NL"), ("Gent", "BE"),
    ("Cork", "IE"),
  ]
  static let qualities = [
    "Compact", "Folding", "Heavy", "Insulated", "Large", "Light", "Linen", "Oak", "Recycled", "Silent",
    "Small",
    "Steel", "Travel", "Waterproof", "Wool",
  ]
  static let things: [(name: String, category: String)] = [
    ("Backpack", "travel"), ("Blanket", "home"), ("Bottle", "kitchen"), ("Chair", "furniture"),
    ("Desk", "furniture"),
    ("Headphones", "electronics"), ("Jacket", "clothing"), ("Kettle", "kitchen"), ("Keyboard", "electronics"),
    ("Lamp", "home"), ("Mug", "kitchen"), ("Notebook", "office"), ("Pan", "kitchen"), ("Scarf", "clothing"),
    ("Shelf", "furniture"), ("Tent", "travel"), ("Umbrella", "travel"), ("Wallet", "clothing"),
  ]
  static let sentences = [
    "Thank you for your order. ", "The parcel left our warehouse on time. ",
    "Please keep this invoice for your records. ",
    "Returns are free within thirty days. ", "The goods remain our property until they are paid for. ",
    "Delivered to the neighbour on the second floor. ",
    "The amount includes value added tax at the legal rate. ",
    "Our support answers on working days from nine to five. ", "Handle with care, contains glass. ",
  ]
}
