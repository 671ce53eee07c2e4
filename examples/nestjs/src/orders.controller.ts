import { Controller, Get, Logger, Param } from '@nestjs/common';
import { current } from 'meshspan';

const inventory = process.env.INVENTORY_URL ?? 'http://127.0.0.1:8081';

@Controller('orders')
export class OrdersController {
  readonly #logger = new Logger('orders');

  @Get(':id')
  async find(@Param('id') id: string): Promise<unknown> {
    const tenant = current()?.identity['x-tenant-id'];
    this.#logger.log(`order ${id} for ${tenant ?? 'nobody'}`);
    const stock = await fetch(`${inventory}/stock/${id}`);
    return { order: id, tenant, stock: await stock.json() };
  }
}
