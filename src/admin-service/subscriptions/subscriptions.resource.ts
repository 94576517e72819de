import { SUBSCRIPTION_RECORDS } from '../../directory/records/subscription-records.js';
import { resource } from '../records/resource.js';
import { SubscriptionDto, SubscriptionQuery } from './subscription.dto.js';

export const SUBSCRIPTIONS = resource({
  store: SUBSCRIPTION_RECORDS,
  ...{ plural: 'subscriptions', name: 'Subscription', key: ['id'], idPrefix: 'sub' },
  ...{ document: SubscriptionDto, filter: SubscriptionQuery },
  about: 'A tenant’s use of a plan, from and until when.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own', tenantMember: 'tenant' },
  removal: 'set "until" instead, which ends it and keeps what there was',
});
