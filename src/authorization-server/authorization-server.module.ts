import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Logger } from '../operations/logger.js';
import { AuthorizeController } from './authorize/authorize.controller.js';
import { SessionController } from './authorize/session.controller.js';
import { ControlController } from './control/control.controller.js';
import { DiscoveryController } from './endpoints/discovery.controller.js';
import { AnyExceptionFilter } from './endpoints/exception.filter.js';
import { CONTROL, LOGGER, RUNNING_ORG } from './endpoints/injected.js';
import { IssuedTokensController } from './endpoints/issued-tokens.controller.js';
import { TokenController } from './endpoints/token.controller.js';
import { UserInfoController } from './endpoints/user-info.controller.js';
import { HookKeyController } from './keys/hook-key.controller.js';
import type { Control } from './control/control.js';
import type { RunningOrg } from './running-org.js';

/** What the controllers work with; whoever starts the root makes it. */
export interface AuthorizationServerParts {
  readonly running: RunningOrg;
  readonly control: Control;
  readonly logger: Logger;
}

/** The mini authorization server's root. */
@Module({})
export class AuthorizationServerModule {
  static with({ running, control, logger }: AuthorizationServerParts): DynamicModule {
    return {
      module: AuthorizationServerModule,
      controllers: [
        DiscoveryController,
        AuthorizeController,
        TokenController,
        IssuedTokensController,
        UserInfoController,
        SessionController,
        HookKeyController,
        ControlController,
      ],
      providers: [
        { provide: RUNNING_ORG, useValue: running },
        { provide: CONTROL, useValue: control },
        { provide: LOGGER, useValue: logger },
        { provide: APP_FILTER, useClass: AnyExceptionFilter },
      ],
    };
  }
}
