import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Put } from '@nestjs/common';
import { formatFault } from '../../config/file-fault.js';
import { validationError } from '../errors/okta-api-error.js';
import type { SystemLogEvent } from '../events/system-log.js';
import { CONTROL } from '../endpoints/injected.js';
import type { HookExchange } from '../hook/hook-exchanges.js';
import { assertHookFault, type HookFault } from '../hook/hook-faults.js';
import { CreateSessionDto, MintDto, MoveClockDto, RotateKeysDto, SignInDto } from './control-requests.dto.js';
import { OrgRefusedError } from '../org/org-refused-error.js';
import type { Control } from './control.js';
import type { Minted } from './mint-request.js';
import { readControlBody } from './read-control-body.js';

/** Where control is; nobody comes here without the control token. */
export const CONTROL_PATH = '/_mintmark';

interface Time {
  readonly now: string;
}

/** What tests may do, over HTTP. */
@Controller(CONTROL_PATH)
export class ControlController {
  readonly #control: Control;

  constructor(@Inject(CONTROL) control: Control) {
    this.#control = control;
  }

  @Get('events')
  events(): readonly SystemLogEvent[] {
    return this.#control.events();
  }

  @Get('exchanges')
  exchanges(): readonly HookExchange[] {
    return this.#control.exchanges();
  }

  @Get('clock')
  time(): Time {
    return { now: new Date(this.#control.clock.now()).toISOString() };
  }

  @Put('clock')
  moveClock(@Body() body: unknown): Time {
    const { advanceMs, freezeAt } = readControlBody(MoveClockDto, body);
    const { clock } = this.#control;
    if (freezeAt !== undefined) clock.freeze(Date.parse(freezeAt));
    if (advanceMs !== undefined) clock.advance(advanceMs);
    return this.time();
  }

  @Delete('clock')
  resetClock(): Time {
    this.#control.clock.reset();
    return this.time();
  }

  @Get('faults')
  faults(): readonly HookFault[] {
    return this.#control.faults.list();
  }

  @Post('faults')
  @HttpCode(204)
  addFault(@Body() body: unknown): void {
    addFault(this.#control, body);
  }

  @Delete('faults')
  @HttpCode(204)
  clearFaults(): void {
    this.#control.faults.clear();
  }

  @Post('keys/rotate')
  @HttpCode(204)
  async rotateKeys(@Body() body: unknown): Promise<void> {
    await this.#control.rotateKeys(readControlBody(RotateKeysDto, body).server);
  }

  @Post('sessions')
  createSession(@Body() body: unknown): { readonly sessionToken: string } {
    return { sessionToken: this.#control.createSession(readControlBody(CreateSessionDto, body).user) };
  }

  @Put('signed-in-user')
  @HttpCode(204)
  signInAs(@Body() body: unknown): void {
    this.#control.signInAs(readControlBody(SignInDto, body).user);
  }

  @Post('mint')
  @HttpCode(200)
  mint(@Body() body: unknown): Promise<Minted> {
    return this.#control.mint(readControlBody(MintDto, body));
  }

  /** The body is the YAML of an org. */
  @Put('org')
  @HttpCode(204)
  replaceOrg(@Body() body: unknown): void {
    if (typeof body !== 'string')
      throw validationError('body', ['The body must be YAML (application/yaml).']);
    replaceOrg(this.#control, body);
  }

  @Post('reset')
  @HttpCode(204)
  reset(): void {
    this.#control.reset();
  }
}

/** @throws OktaApiError */
function addFault({ faults }: Control, body: unknown): void {
  try {
    assertHookFault(body);
    faults.add(body);
  } catch (error) {
    throw validationError('fault', error instanceof Error ? [error.message] : []);
  }
}

/** @throws OktaApiError that lists every fault */
function replaceOrg(control: Control, yaml: string): void {
  try {
    control.replaceOrg(yaml);
  } catch (error) {
    if (error instanceof OrgRefusedError) throw validationError('org', error.faults.map(formatFault));
    throw error;
  }
}
