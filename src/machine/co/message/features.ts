import { FEATURE, featureSyntax } from '../../../pdu/co/bind-time-features.ts';
import type { PresentationContext, PresentationSyntax } from '../../../pdu/co/index.ts';

/** A connection with a call that was given up goes on; several security contexts on one connection are not for us. */
export const FEATURES: number = FEATURE.keepConnectionOnOrphan;

/** Contexts are numbered from 0: nobody gets so far. */
const FEATURE_CONTEXT = 0xffff;

/** The context of a bind that asks for bind-time features ([MS-RPCE] 3.3.1.5.3). */
export function featureContext(anyInterface: PresentationSyntax): PresentationContext {
  return { id: FEATURE_CONTEXT, interface: anyInterface, transferSyntaxes: [featureSyntax(FEATURES)] };
}
