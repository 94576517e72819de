import { Module, type DynamicModule } from '@nestjs/common';
import { TOKEN_HOOK_OPTIONS, TokenHookService, type TokenHookOptions } from './token-hook.service.js';

/** The production root. What it works with is made by whoever starts it, and passed in; its one route is `token-hook.listener.ts`. */
@Module({})
export class HookServiceModule {
  static with(options: TokenHookOptions): DynamicModule {
    return {
      module: HookServiceModule,
      providers: [{ provide: TOKEN_HOOK_OPTIONS, useValue: options }, TokenHookService],
    };
  }
}
