package io.zkrun.client;

import io.zkrun.core.MasterInfo;
import java.time.Instant;

/**
 * Who leads.
 *
 * @param byHand whether a person made the znode, so that no zkrun master acts
 * @param since by ZooKeeper's clock
 */
public record MasterView(MasterInfo info, boolean byHand, Instant since) {}
