/// The tables of the shop.
///
/// Amounts are whole cents; instants are RFC 3339 text in UTC.
enum OrdersSchema {
  static let tables = """
    create table customers (
      id integer primary key,
      email text not null unique check (email like '%_@_%'),
      name text not null,
      city text not null,
      country text not null check (length(country) = 2),
      created_at text not null
    );
    create table products (
      id integer primary key,
      sku text not null unique,
      name text not null,
      category text not null,
      price_cents integer not null check (price_cents > 0),
      weight_grams integer not null check (weight_grams > 0),
      active integer not null default 1 check (active in (0, 1))
    );
    create table orders (
      id integer primary key autoincrement,
      customer_id integer not null references customers (id),
      placed_at text not null,
      status text not null check (status in ('placed', 'paid', 'shipped', 'delivered', 'cancelled')),
      currency text not null check (length(currency) = 3),
      shipping_cents integer not null check (shipping_cents >= 0),
      total_cents integer not null check (total_cents >= shipping_cents)
    );
    create table order_lines (
      order_id integer not null references orders (id) on delete cascade,
      line_number integer not null check (line_number > 0),
      product_id integer not null references products (id),
      quantity integer not null check (quantity between 1 and 100),
      unit_price_cents integer not null check (unit_price_cents > 0),
      primary key (order_id, line_number)
    ) without rowid;
    create table payments (
      id integer primary key,
      order_id integer not null references orders (id),
      method text not null check (method in ('card', 'transfer', 'wallet', 'voucher')),
      status text not null check (status in ('authorised', 'captured', 'refunded')),
      amount_cents integer not null check (amount_cents > 0),
      received_at text not null
    );
    """

  /// Built after the rows: sorting once is several times faster than inserting in random order.
  static let indexes = """
    create index orders_by_customer on orders (customer_id, placed_at);
    create index orders_by_instant on orders (placed_at);
    create index order_lines_by_product on order_lines (product_id);
    create index payments_by_order on payments (order_id);
    """

  /// One order with its customer and lines, as JSON; the parameter is the order's id.
  static let orderAsJSON = """
    select json_object(
      'id', o.id, 'placedAt', o.placed_at, 'status', o.status, 'currency', o.currency,
      'shippingCents', o.shipping_cents, 'totalCents', o.total_cents,
      'customer', json_object('id', c.id, 'name', c.name, 'city', c.city, 'country', c.country),
      'lines', json((
        select json_group_array(json_object(
          'line', l.line_number, 'sku', p.sku, 'name', p.name,
          'quantity', l.quantity, 'unitPriceCents', l.unit_price_cents))
        from (select * from order_lines where order_id = o.id order by line_number) l
        join products p on p.id = l.product_id)))
    from orders o join customers c on c.id = o.customer_id
    where o.id = ?1
    """
}
