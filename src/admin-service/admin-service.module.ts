import { Module, type DynamicModule } from '@nestjs/common';
import { operationControllers } from './requests/operations-controller.js';
import type { Operation } from './requests/operation.js';

/** The root of the admin API. What its operations work with is made by whoever starts it, and handed to them. */
@Module({})
export class AdminServiceModule {
  static with(operations: readonly Operation[]): DynamicModule {
    return { module: AdminServiceModule, controllers: [...operationControllers(operations)] };
  }
}
