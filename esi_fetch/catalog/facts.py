"""What is true of ESI's operations but not written in its documents.

Everything here is keyed by path: operation ids change between compatibility dates, paths hardly do.
"""

from __future__ import annotations

__all__ = ["ID_WALK_PARAMETERS", "READING_POSTS", "ROW_IDS"]

# POSTs that only look something up, which makes them safe to send again. They are POSTs because the ids they
# ask about go into a body. Each was checked against what the game can do with it: none moves, buys or sends
# anything. (A CSPA charge is computed here; it is paid when a mail is sent.)
READING_POSTS = frozenset(
    {
        "/characters/affiliation",
        "/characters/{character_id}/assets/locations",
        "/characters/{character_id}/assets/names",
        "/characters/{character_id}/cspa",
        "/corporations/{corporation_id}/assets/locations",
        "/corporations/{corporation_id}/assets/names",
        "/route/{origin_system_id}/{destination_system_id}",
        "/universe/ids",
        "/universe/names",
    }
)

# Query parameters by which a list is walked with the last id seen. The documents do not mark these walks
# (https://github.com/esi/esi-docs describes them in words).
ID_WALK_PARAMETERS = ("from_id", "last_mail_id", "from_event", "max_war_id")

# The field that tells the rows of a walked list apart; None where a row has no id of its own. Lists of plain
# ids are not here: the schema shows what they are.
ROW_IDS: dict[str, str | None] = {
    # One space of ids holds characters, corporations, alliances and factions: a contact's id needs no type.
    "/alliances/{alliance_id}/contacts": "contact_id",
    "/characters/{character_id}/contacts": "contact_id",
    "/corporations/{corporation_id}/contacts": "contact_id",
    "/characters/{character_id}/assets": "item_id",
    "/corporations/{corporation_id}/assets": "item_id",
    "/characters/{character_id}/blueprints": "item_id",
    "/corporations/{corporation_id}/blueprints": "item_id",
    # The document leaves these two ids optional; rows without them have never been reported.
    "/characters/{character_id}/calendar": "event_id",
    "/characters/{character_id}/mail": "mail_id",
    # Contracts and their items have been seen twice, each time as equal rows
    # (https://github.com/esi/esi-issues/issues/687, https://github.com/esi/esi-issues/issues/1036).
    "/characters/{character_id}/contracts": "contract_id",
    "/corporations/{corporation_id}/contracts": "contract_id",
    "/contracts/public/{region_id}": "contract_id",
    "/contracts/public/items/{contract_id}": "record_id",
    "/contracts/public/bids/{contract_id}": "bid_id",
    "/corporations/{corporation_id}/contracts/{contract_id}/bids": "bid_id",
    "/characters/{character_id}/killmails/recent": "killmail_id",
    "/corporations/{corporation_id}/killmails/recent": "killmail_id",
    "/wars/{war_id}/killmails": "killmail_id",
    # A ledger line is a day, a system and a type (and a miner, seen by an observer): four fields, no id.
    "/characters/{character_id}/mining": None,
    "/corporation/{corporation_id}/mining/observers/{observer_id}": None,
    "/corporation/{corporation_id}/mining/observers": "observer_id",
    # A refinery works on one chunk at a time.
    "/corporation/{corporation_id}/mining/extractions": "structure_id",
    "/characters/{character_id}/orders/history": "order_id",
    "/corporations/{corporation_id}/orders": "order_id",
    "/corporations/{corporation_id}/orders/history": "order_id",
    "/markets/{region_id}/orders": "order_id",
    "/markets/structures/{structure_id}": "order_id",
    # Both sides of a transfer share the id, but a journal holds only its own side (and its own division).
    "/characters/{character_id}/wallet/journal": "id",
    "/corporations/{corporation_id}/wallets/{division}/journal": "id",
    # from_id takes this id. Who buys from their own order has two rows of one id, a purchase and a sale
    # (https://github.com/ErikKalkoken/evebuddy/issues/25 looks like it), so equal ids alone prove nothing.
    "/characters/{character_id}/wallet/transactions": "transaction_id",
    "/corporations/{corporation_id}/wallets/{division}/transactions": "transaction_id",
    # Logs: several lines may share every field, the second included.
    "/corporations/{corporation_id}/containers/logs": None,
    "/corporations/{corporation_id}/roles/history": None,
    # medal_id names the kind of medal; one character can be given it twice.
    "/corporations/{corporation_id}/medals/issued": None,
    "/corporations/{corporation_id}/medals": "medal_id",
    "/corporations/{corporation_id}/customs_offices": "office_id",
    "/corporations/{corporation_id}/industry/jobs": "job_id",
    "/corporations/{corporation_id}/shareholders": "shareholder_id",
    # Agents, NPC corporations and factions have ranges of ids of their own.
    "/corporations/{corporation_id}/standings": "from_id",
    "/corporations/{corporation_id}/starbases": "starbase_id",
    "/corporations/{corporation_id}/structures": "structure_id",
    # Walked by cursor. Objectives, listings, jobs and projects have UUIDs; participants and contributors are
    # characters, each listed once.
    "/characters/{character_id}/military-campaigns/objectives": "id",
    "/military-campaigns/{campaign_id}/objectives": "id",
    "/characters/{character_id}/paragon-hub/skinr": "id",
    "/paragon-hub/skinr": "id",
    "/paragon-hub/skinr/alliances/{alliance_id}": "id",
    "/paragon-hub/skinr/characters/{character_id}": "id",
    "/paragon-hub/skinr/corporations/{corporation_id}": "id",
    "/corporations/{corporation_id}/freelance-jobs": "id",
    "/corporations/{corporation_id}/freelance-jobs/{job_id}/participants": "id",
    "/freelance-jobs": "id",
    "/corporations/{corporation_id}/projects": "id",
    "/corporations/{corporation_id}/projects/{project_id}/contributors": "id",
}
