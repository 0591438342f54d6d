package io.zkrun.znode;

/**
 * What a member of a committed multi did.
 *
 * @param path the path written, complete with the number of a sequential one
 * @param version the data version afterwards; -1 for a delete or check
 */
public record Written(String path, int version) {}
