interface Order {
  id: string;
}

function placeOrder(order: Order): never {
  throw new Error(`no order ${order.id}`);
}

export const handler = async (order: Order) => placeOrder(order);
