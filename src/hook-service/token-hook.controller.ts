import { Body, Controller, HttpCode, Inject, Post, Req, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { TokenHookResponse } from '../okta/token-hook-response.js';
import { TokenHookService } from './token-hook.service.js';

/** Where Okta's inline hook points to. */
export const TOKEN_HOOK_PATH = '/okta/token-hook';

@Controller()
export class TokenHookController {
  readonly #service: TokenHookService;

  constructor(@Inject(TokenHookService) service: TokenHookService) {
    this.#service = service;
  }

  @Post(TOKEN_HOOK_PATH)
  @HttpCode(200)
  async stamp(@Req() { caller }: FastifyRequest, @Body() body: unknown): Promise<TokenHookResponse> {
    // The authentication hook lets nobody through without a caller; this is the second lock.
    if (caller === null) throw new UnauthorizedException();
    return this.#service.answer(body, caller);
  }
}
