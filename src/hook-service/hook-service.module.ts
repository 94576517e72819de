import { Module, type DynamicModule } from '@nestjs/common';
import { TokenHookController } from './token-hook.controller.js';
import { TOKEN_HOOK_OPTIONS, TokenHookService, type TokenHookOptions } from './token-hook.service.js';

/** The production root: one route. What it works with is made by whoever starts it, and passed in. */
@Module({})
export class HookServiceModule {
  static with(options: TokenHookOptions): DynamicModule {
    return {
      module: HookServiceModule,
      controllers: [TokenHookController],
      providers: [{ provide: TOKEN_HOOK_OPTIONS, useValue: options }, TokenHookService],
    };
  }
}
