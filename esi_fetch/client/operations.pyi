"""``esi.op``. Made by scripts/make_stubs.py from the catalog of 2026-08-18."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal, overload

from esi_fetch.answers import (
    AlliancesAllianceId,
    AlliancesAllianceIdContacts,
    AlliancesAllianceIdContactsLabels,
    AlliancesAllianceIdIcons,
    CharactersAccessListsDetail,
    CharactersAccessListsListing,
    CharactersAffiliation,
    CharactersCharacterIdAgentsResearch,
    CharactersCharacterIdAssets,
    CharactersCharacterIdAssetsLocations,
    CharactersCharacterIdAssetsNames,
    CharactersCharacterIdAttributes,
    CharactersCharacterIdBlueprints,
    CharactersCharacterIdCalendar,
    CharactersCharacterIdCalendarEventId,
    CharactersCharacterIdCalendarEventIdAttendees,
    CharactersCharacterIdClones,
    CharactersCharacterIdContacts,
    CharactersCharacterIdContactsLabels,
    CharactersCharacterIdContracts,
    CharactersCharacterIdContractsContractIdBids,
    CharactersCharacterIdContractsContractIdItems,
    CharactersCharacterIdCorporationhistory,
    CharactersCharacterIdFatigue,
    CharactersCharacterIdFittings,
    CharactersCharacterIdFleet,
    CharactersCharacterIdFwStats,
    CharactersCharacterIdIndustryJobs,
    CharactersCharacterIdKillmailsRecent,
    CharactersCharacterIdLocation,
    CharactersCharacterIdLoyaltyPoints,
    CharactersCharacterIdMail,
    CharactersCharacterIdMailLabels,
    CharactersCharacterIdMailLists,
    CharactersCharacterIdMailMailId,
    CharactersCharacterIdMedals,
    CharactersCharacterIdMining,
    CharactersCharacterIdNotifications,
    CharactersCharacterIdNotificationsContacts,
    CharactersCharacterIdOnline,
    CharactersCharacterIdOrders,
    CharactersCharacterIdOrdersHistory,
    CharactersCharacterIdPlanets,
    CharactersCharacterIdPlanetsPlanetId,
    CharactersCharacterIdPortrait,
    CharactersCharacterIdRoles,
    CharactersCharacterIdSearch,
    CharactersCharacterIdShip,
    CharactersCharacterIdSkillqueue,
    CharactersCharacterIdSkills,
    CharactersCharacterIdStandings,
    CharactersCharacterIdTitles,
    CharactersCharacterIdWalletJournal,
    CharactersCharacterIdWalletTransactions,
    CharactersCosmeticsSkinr,
    CharactersCosmeticsSkinrComponents,
    CharactersDetail,
    CharactersFreelanceJobsListing,
    CharactersFreelanceJobsParticipation,
    CharactersMercenaryTacticalOperationsDetail,
    CharactersMercenaryTacticalOperationsListing,
    CharactersMilitaryCampaignsObjectivesListing,
    CharactersMilitaryCampaignsObjectivesListingPiece,
    CharactersMilitaryCampaignsObjectivesParticipation,
    CharactersParagonHubSkinr,
    CharactersParagonHubSkinrPiece,
    CharactersStructuresMercenaryDensDetail,
    CharactersStructuresMercenaryDensListing,
    ContractsPublicBidsContractId,
    ContractsPublicItemsContractId,
    ContractsPublicRegionId,
    CorporationCorporationIdMiningExtractions,
    CorporationCorporationIdMiningObservers,
    CorporationCorporationIdMiningObserversObserverId,
    CorporationsCorporationId,
    CorporationsCorporationIdAlliancehistory,
    CorporationsCorporationIdAssets,
    CorporationsCorporationIdAssetsLocations,
    CorporationsCorporationIdAssetsNames,
    CorporationsCorporationIdBlueprints,
    CorporationsCorporationIdContacts,
    CorporationsCorporationIdContactsLabels,
    CorporationsCorporationIdContainersLogs,
    CorporationsCorporationIdContracts,
    CorporationsCorporationIdContractsContractIdBids,
    CorporationsCorporationIdContractsContractIdItems,
    CorporationsCorporationIdCustomsOffices,
    CorporationsCorporationIdDivisions,
    CorporationsCorporationIdFacilities,
    CorporationsCorporationIdFwStats,
    CorporationsCorporationIdIcons,
    CorporationsCorporationIdIndustryJobs,
    CorporationsCorporationIdKillmailsRecent,
    CorporationsCorporationIdMedals,
    CorporationsCorporationIdMedalsIssued,
    CorporationsCorporationIdMembersTitles,
    CorporationsCorporationIdMembertracking,
    CorporationsCorporationIdOrders,
    CorporationsCorporationIdOrdersHistory,
    CorporationsCorporationIdRoles,
    CorporationsCorporationIdRolesHistory,
    CorporationsCorporationIdShareholders,
    CorporationsCorporationIdStandings,
    CorporationsCorporationIdStarbases,
    CorporationsCorporationIdStarbasesStarbaseId,
    CorporationsCorporationIdStructures,
    CorporationsCorporationIdTitles,
    CorporationsCorporationIdWallets,
    CorporationsCorporationIdWalletsDivisionJournal,
    CorporationsCorporationIdWalletsDivisionTransactions,
    CorporationsFreelanceJobsListing,
    CorporationsFreelanceJobsListingPiece,
    CorporationsFreelanceJobsParticipants,
    CorporationsFreelanceJobsParticipantsPiece,
    CorporationsProjectsContribution,
    CorporationsProjectsContributors,
    CorporationsProjectsContributorsPiece,
    CorporationsProjectsDetail,
    CorporationsProjectsListing,
    CorporationsProjectsListingPiece,
    CorporationsStructuresSkyhooksDetail,
    CorporationsStructuresSkyhooksListing,
    CorporationsStructuresSovereigntyHubsDetail,
    CorporationsStructuresSovereigntyHubsListing,
    CosmeticsSkinr,
    DogmaAttributesAttributeId,
    DogmaDynamicItemsTypeIdItemId,
    DogmaEffectsEffectId,
    FleetsFleetId,
    FleetsFleetIdMembers,
    FleetsFleetIdWings,
    FleetsFleetIdWingsWingIdSquads,
    FreelanceJobsDetail,
    FreelanceJobsListing,
    FreelanceJobsListingPiece,
    FwLeaderboards,
    FwLeaderboardsCharacters,
    FwLeaderboardsCorporations,
    FwStats,
    FwSystems,
    FwWars,
    Incursions,
    IndustryFacilities,
    IndustrySystems,
    InsurancePrices,
    KillmailsKillmailIdKillmailHash,
    LoyaltyStoresCorporationIdOffers,
    MarketsGroupsMarketGroupId,
    MarketsPrices,
    MarketsRegionIdHistory,
    MarketsRegionIdOrders,
    MarketsStructuresStructureId,
    MetaChangelog,
    MetaCompatibilityDates,
    MetaName,
    MetaStatus,
    MilitaryCampaignsDetail,
    MilitaryCampaignsListing,
    MilitaryCampaignsObjectivesDetail,
    MilitaryCampaignsObjectivesListing,
    MilitaryCampaignsObjectivesListingPiece,
    ParagonHubSkinr,
    ParagonHubSkinrAlliances,
    ParagonHubSkinrAlliancesPiece,
    ParagonHubSkinrCharacters,
    ParagonHubSkinrCharactersPiece,
    ParagonHubSkinrCorporations,
    ParagonHubSkinrCorporationsPiece,
    ParagonHubSkinrPiece,
    PostCharactersCharacterIdFittingsBody,
    PostCharactersCharacterIdMailBody,
    PostCharactersCharacterIdMailLabelsBody,
    PostFleetsFleetIdMembersBody,
    PostRouteBody,
    PostUiOpenwindowNewmailBody,
    PutCharactersCharacterIdCalendarEventIdBody,
    PutCharactersCharacterIdMailMailIdBody,
    PutFleetsFleetIdBody,
    PutFleetsFleetIdMembersMemberIdBody,
    PutFleetsFleetIdSquadsSquadIdBody,
    Route,
    SkyhooksRaidable,
    SovereigntyCampaigns,
    SovereigntySystems,
    Status,
    UniverseAncestries,
    UniverseAsteroidBeltsAsteroidBeltId,
    UniverseBloodlines,
    UniverseCategoriesCategoryId,
    UniverseConstellationsConstellationId,
    UniverseFactions,
    UniverseGraphicsGraphicId,
    UniverseGroupsGroupId,
    UniverseIds,
    UniverseMoonsMoonId,
    UniverseNames,
    UniversePlanetsPlanetId,
    UniverseRaces,
    UniverseRegionsRegionId,
    UniverseSchematicsSchematicId,
    UniverseStargatesStargateId,
    UniverseStarsStarId,
    UniverseStationsStationId,
    UniverseStructuresStructureId,
    UniverseSystemJumps,
    UniverseSystemKills,
    UniverseSystemsSystemId,
    UniverseTypesTypeId,
    WarsWarId,
    WarsWarIdKillmails,
)
from esi_fetch.catalog import Catalog
from esi_fetch.client.by_name import Ask

class Operations:
    """Every operation of ESI as a method: ``esi.op.get_status()``."""

    def __init__(self, ask: Ask, catalog: Callable[[], Catalog]) -> None: ...
    def __dir__(self) -> list[str]: ...
    def delete_characters_character_id_contacts(self, *, character_id: int, contact_ids: Collection[int], character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /characters/{character_id}/contacts: changes something; sent once, never repeated. Needs esi-characters.write_contacts.v1."""
    DeleteCharactersCharacterIdContacts = delete_characters_character_id_contacts
    def delete_characters_character_id_fittings_fitting_id(self, *, character_id: int, fitting_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /characters/{character_id}/fittings/{fitting_id}: changes something; sent once, never repeated. Needs esi-fittings.write_fittings.v1."""
    DeleteCharactersCharacterIdFittingsFittingId = delete_characters_character_id_fittings_fitting_id
    def delete_characters_character_id_mail_labels_label_id(self, *, character_id: int, label_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /characters/{character_id}/mail/labels/{label_id}: changes something; sent once, never repeated. Needs esi-mail.organize_mail.v1."""
    DeleteCharactersCharacterIdMailLabelsLabelId = delete_characters_character_id_mail_labels_label_id
    def delete_characters_character_id_mail_mail_id(self, *, character_id: int, mail_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /characters/{character_id}/mail/{mail_id}: changes something; sent once, never repeated. Needs esi-mail.organize_mail.v1."""
    DeleteCharactersCharacterIdMailMailId = delete_characters_character_id_mail_mail_id
    def delete_fleets_fleet_id_members_member_id(self, *, fleet_id: int, member_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /fleets/{fleet_id}/members/{member_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    DeleteFleetsFleetIdMembersMemberId = delete_fleets_fleet_id_members_member_id
    def delete_fleets_fleet_id_squads_squad_id(self, *, fleet_id: int, squad_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /fleets/{fleet_id}/squads/{squad_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    DeleteFleetsFleetIdSquadsSquadId = delete_fleets_fleet_id_squads_squad_id
    def delete_fleets_fleet_id_wings_wing_id(self, *, fleet_id: int, wing_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """DELETE /fleets/{fleet_id}/wings/{wing_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    DeleteFleetsFleetIdWingsWingId = delete_fleets_fleet_id_wings_wing_id
    def get_alliances(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /alliances: everything in one answer. Public."""
    GetAlliances = get_alliances
    def get_alliances_alliance_id(self, *, alliance_id: int, character: int | str | None = None, refresh: bool = False) -> AlliancesAllianceId:
        """GET /alliances/{alliance_id}: everything in one answer. Public."""
    GetAlliancesAllianceId = get_alliances_alliance_id
    def get_alliances_alliance_id_contacts(self, *, alliance_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[AlliancesAllianceIdContacts]:
        """GET /alliances/{alliance_id}/contacts: all pages, as one snapshot. Needs esi-alliances.read_contacts.v1."""
    GetAlliancesAllianceIdContacts = get_alliances_alliance_id_contacts
    def get_alliances_alliance_id_contacts_labels(self, *, alliance_id: int, character: int | str | None = None, refresh: bool = False) -> list[AlliancesAllianceIdContactsLabels]:
        """GET /alliances/{alliance_id}/contacts/labels: everything in one answer. Needs esi-alliances.read_contacts.v1."""
    GetAlliancesAllianceIdContactsLabels = get_alliances_alliance_id_contacts_labels
    def get_alliances_alliance_id_corporations(self, *, alliance_id: int, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /alliances/{alliance_id}/corporations: everything in one answer. Public."""
    GetAlliancesAllianceIdCorporations = get_alliances_alliance_id_corporations
    def get_alliances_alliance_id_icons(self, *, alliance_id: int, character: int | str | None = None, refresh: bool = False) -> AlliancesAllianceIdIcons:
        """GET /alliances/{alliance_id}/icons: everything in one answer. Public."""
    GetAlliancesAllianceIdIcons = get_alliances_alliance_id_icons
    def get_characters_access_lists_detail(self, *, access_list_id: int, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersAccessListsDetail:
        """GET /characters/{character_id}/access-lists/{access_list_id}: everything in one answer. Needs esi-access.read_lists.v1."""
    GetCharactersAccessListsDetail = get_characters_access_lists_detail
    def get_characters_access_lists_listing(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersAccessListsListing:
        """GET /characters/{character_id}/access-lists: everything in one answer. Needs esi-access.read_lists.v1."""
    GetCharactersAccessListsListing = get_characters_access_lists_listing
    def get_characters_character_id_agents_research(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdAgentsResearch]:
        """GET /characters/{character_id}/agents_research: everything in one answer. Needs esi-characters.read_agents_research.v1."""
    GetCharactersCharacterIdAgentsResearch = get_characters_character_id_agents_research
    def get_characters_character_id_assets(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdAssets]:
        """GET /characters/{character_id}/assets: all pages, as one snapshot. Needs esi-assets.read_assets.v1."""
    GetCharactersCharacterIdAssets = get_characters_character_id_assets
    def get_characters_character_id_attributes(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdAttributes:
        """GET /characters/{character_id}/attributes: everything in one answer. Needs esi-skills.read_skills.v1."""
    GetCharactersCharacterIdAttributes = get_characters_character_id_attributes
    def get_characters_character_id_blueprints(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdBlueprints]:
        """GET /characters/{character_id}/blueprints: all pages, as one snapshot. Needs esi-characters.read_blueprints.v1."""
    GetCharactersCharacterIdBlueprints = get_characters_character_id_blueprints
    def get_characters_character_id_calendar(self, *, character_id: int, from_event: int | None = None, character: int | str | None = None, refresh: bool = False, until: int | str | None = None, max_records: int | None = None) -> list[CharactersCharacterIdCalendar]:
        """GET /characters/{character_id}/calendar: the whole list, to its end. Needs esi-calendar.read_calendar_events.v1."""
    GetCharactersCharacterIdCalendar = get_characters_character_id_calendar
    def get_characters_character_id_calendar_event_id(self, *, character_id: int, event_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdCalendarEventId:
        """GET /characters/{character_id}/calendar/{event_id}: everything in one answer. Needs esi-calendar.read_calendar_events.v1."""
    GetCharactersCharacterIdCalendarEventId = get_characters_character_id_calendar_event_id
    def get_characters_character_id_calendar_event_id_attendees(self, *, character_id: int, event_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdCalendarEventIdAttendees]:
        """GET /characters/{character_id}/calendar/{event_id}/attendees: everything in one answer. Needs esi-calendar.read_calendar_events.v1."""
    GetCharactersCharacterIdCalendarEventIdAttendees = get_characters_character_id_calendar_event_id_attendees
    def get_characters_character_id_clones(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdClones:
        """GET /characters/{character_id}/clones: everything in one answer. Needs esi-clones.read_clones.v1."""
    GetCharactersCharacterIdClones = get_characters_character_id_clones
    def get_characters_character_id_contacts(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdContacts]:
        """GET /characters/{character_id}/contacts: all pages, as one snapshot. Needs esi-characters.read_contacts.v1."""
    GetCharactersCharacterIdContacts = get_characters_character_id_contacts
    def get_characters_character_id_contacts_labels(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdContactsLabels]:
        """GET /characters/{character_id}/contacts/labels: everything in one answer. Needs esi-characters.read_contacts.v1."""
    GetCharactersCharacterIdContactsLabels = get_characters_character_id_contacts_labels
    def get_characters_character_id_contracts(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdContracts]:
        """GET /characters/{character_id}/contracts: all pages, as one snapshot. Needs esi-contracts.read_character_contracts.v1."""
    GetCharactersCharacterIdContracts = get_characters_character_id_contracts
    def get_characters_character_id_contracts_contract_id_bids(self, *, character_id: int, contract_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdContractsContractIdBids]:
        """GET /characters/{character_id}/contracts/{contract_id}/bids: everything in one answer. Needs esi-contracts.read_character_contracts.v1."""
    GetCharactersCharacterIdContractsContractIdBids = get_characters_character_id_contracts_contract_id_bids
    def get_characters_character_id_contracts_contract_id_items(self, *, character_id: int, contract_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdContractsContractIdItems]:
        """GET /characters/{character_id}/contracts/{contract_id}/items: everything in one answer. Needs esi-contracts.read_character_contracts.v1."""
    GetCharactersCharacterIdContractsContractIdItems = get_characters_character_id_contracts_contract_id_items
    def get_characters_character_id_corporationhistory(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdCorporationhistory]:
        """GET /characters/{character_id}/corporationhistory: everything in one answer. Public."""
    GetCharactersCharacterIdCorporationhistory = get_characters_character_id_corporationhistory
    def get_characters_character_id_fatigue(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdFatigue:
        """GET /characters/{character_id}/fatigue: everything in one answer. Needs esi-characters.read_fatigue.v1."""
    GetCharactersCharacterIdFatigue = get_characters_character_id_fatigue
    def get_characters_character_id_fittings(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdFittings]:
        """GET /characters/{character_id}/fittings: everything in one answer. Needs esi-fittings.read_fittings.v1."""
    GetCharactersCharacterIdFittings = get_characters_character_id_fittings
    def get_characters_character_id_fleet(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdFleet:
        """GET /characters/{character_id}/fleet: everything in one answer. Needs esi-fleets.read_fleet.v1."""
    GetCharactersCharacterIdFleet = get_characters_character_id_fleet
    def get_characters_character_id_fw_stats(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdFwStats:
        """GET /characters/{character_id}/fw/stats: everything in one answer. Needs esi-characters.read_fw_stats.v1."""
    GetCharactersCharacterIdFwStats = get_characters_character_id_fw_stats
    def get_characters_character_id_implants(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /characters/{character_id}/implants: everything in one answer. Needs esi-clones.read_implants.v1."""
    GetCharactersCharacterIdImplants = get_characters_character_id_implants
    def get_characters_character_id_industry_jobs(self, *, character_id: int, include_completed: bool | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdIndustryJobs]:
        """GET /characters/{character_id}/industry/jobs: everything in one answer. Needs esi-industry.read_character_jobs.v1."""
    GetCharactersCharacterIdIndustryJobs = get_characters_character_id_industry_jobs
    def get_characters_character_id_killmails_recent(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdKillmailsRecent]:
        """GET /characters/{character_id}/killmails/recent: all pages, as one snapshot. Needs esi-killmails.read_killmails.v1."""
    GetCharactersCharacterIdKillmailsRecent = get_characters_character_id_killmails_recent
    def get_characters_character_id_location(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdLocation:
        """GET /characters/{character_id}/location: everything in one answer. Needs esi-location.read_location.v1."""
    GetCharactersCharacterIdLocation = get_characters_character_id_location
    def get_characters_character_id_loyalty_points(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdLoyaltyPoints]:
        """GET /characters/{character_id}/loyalty/points: everything in one answer. Needs esi-characters.read_loyalty.v1."""
    GetCharactersCharacterIdLoyaltyPoints = get_characters_character_id_loyalty_points
    def get_characters_character_id_mail(self, *, character_id: int, labels: Collection[int] | None = None, last_mail_id: int | None = None, character: int | str | None = None, refresh: bool = False, until: int | str | None = None, max_records: int | None = None) -> list[CharactersCharacterIdMail]:
        """GET /characters/{character_id}/mail: the whole list, to its end. Needs esi-mail.read_mail.v1."""
    GetCharactersCharacterIdMail = get_characters_character_id_mail
    def get_characters_character_id_mail_labels(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdMailLabels:
        """GET /characters/{character_id}/mail/labels: everything in one answer. Needs esi-mail.read_mail.v1."""
    GetCharactersCharacterIdMailLabels = get_characters_character_id_mail_labels
    def get_characters_character_id_mail_lists(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdMailLists]:
        """GET /characters/{character_id}/mail/lists: everything in one answer. Needs esi-mail.read_mail.v1."""
    GetCharactersCharacterIdMailLists = get_characters_character_id_mail_lists
    def get_characters_character_id_mail_mail_id(self, *, character_id: int, mail_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdMailMailId:
        """GET /characters/{character_id}/mail/{mail_id}: everything in one answer. Needs esi-mail.read_mail.v1."""
    GetCharactersCharacterIdMailMailId = get_characters_character_id_mail_mail_id
    def get_characters_character_id_medals(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdMedals]:
        """GET /characters/{character_id}/medals: everything in one answer. Needs esi-characters.read_medals.v1."""
    GetCharactersCharacterIdMedals = get_characters_character_id_medals
    def get_characters_character_id_mining(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdMining]:
        """GET /characters/{character_id}/mining: all pages, as one snapshot. Needs esi-industry.read_character_mining.v1."""
    GetCharactersCharacterIdMining = get_characters_character_id_mining
    def get_characters_character_id_notifications(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdNotifications]:
        """GET /characters/{character_id}/notifications: everything in one answer. Needs esi-characters.read_notifications.v1."""
    GetCharactersCharacterIdNotifications = get_characters_character_id_notifications
    def get_characters_character_id_notifications_contacts(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdNotificationsContacts]:
        """GET /characters/{character_id}/notifications/contacts: everything in one answer. Needs esi-characters.read_notifications.v1."""
    GetCharactersCharacterIdNotificationsContacts = get_characters_character_id_notifications_contacts
    def get_characters_character_id_online(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdOnline:
        """GET /characters/{character_id}/online: everything in one answer. Needs esi-location.read_online.v1."""
    GetCharactersCharacterIdOnline = get_characters_character_id_online
    def get_characters_character_id_orders(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdOrders]:
        """GET /characters/{character_id}/orders: everything in one answer. Needs esi-markets.read_character_orders.v1."""
    GetCharactersCharacterIdOrders = get_characters_character_id_orders
    def get_characters_character_id_orders_history(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdOrdersHistory]:
        """GET /characters/{character_id}/orders/history: all pages, as one snapshot. Needs esi-markets.read_character_orders.v1."""
    GetCharactersCharacterIdOrdersHistory = get_characters_character_id_orders_history
    def get_characters_character_id_planets(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdPlanets]:
        """GET /characters/{character_id}/planets: everything in one answer. Needs esi-planets.manage_planets.v1."""
    GetCharactersCharacterIdPlanets = get_characters_character_id_planets
    def get_characters_character_id_planets_planet_id(self, *, character_id: int, planet_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdPlanetsPlanetId:
        """GET /characters/{character_id}/planets/{planet_id}: everything in one answer. Needs esi-planets.manage_planets.v1."""
    GetCharactersCharacterIdPlanetsPlanetId = get_characters_character_id_planets_planet_id
    def get_characters_character_id_portrait(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdPortrait:
        """GET /characters/{character_id}/portrait: everything in one answer. Public."""
    GetCharactersCharacterIdPortrait = get_characters_character_id_portrait
    def get_characters_character_id_roles(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdRoles:
        """GET /characters/{character_id}/roles: everything in one answer. Needs esi-characters.read_corporation_roles.v1."""
    GetCharactersCharacterIdRoles = get_characters_character_id_roles
    def get_characters_character_id_search(self, *, categories: Collection[Literal['agent', 'alliance', 'character', 'constellation', 'corporation', 'faction', 'inventory_type', 'region', 'solar_system', 'station', 'structure']], character_id: int, search: str, strict: bool | None = None, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdSearch:
        """GET /characters/{character_id}/search: everything in one answer. Needs esi-search.search_structures.v1."""
    GetCharactersCharacterIdSearch = get_characters_character_id_search
    def get_characters_character_id_ship(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdShip:
        """GET /characters/{character_id}/ship: everything in one answer. Needs esi-location.read_ship_type.v1."""
    GetCharactersCharacterIdShip = get_characters_character_id_ship
    def get_characters_character_id_skillqueue(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdSkillqueue]:
        """GET /characters/{character_id}/skillqueue: everything in one answer. Needs esi-skills.read_skillqueue.v1."""
    GetCharactersCharacterIdSkillqueue = get_characters_character_id_skillqueue
    def get_characters_character_id_skills(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdSkills:
        """GET /characters/{character_id}/skills: everything in one answer. Needs esi-skills.read_skills.v1."""
    GetCharactersCharacterIdSkills = get_characters_character_id_skills
    def get_characters_character_id_standings(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdStandings]:
        """GET /characters/{character_id}/standings: everything in one answer. Needs esi-characters.read_standings.v1."""
    GetCharactersCharacterIdStandings = get_characters_character_id_standings
    def get_characters_character_id_titles(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdTitles]:
        """GET /characters/{character_id}/titles: everything in one answer. Needs esi-characters.read_titles.v1."""
    GetCharactersCharacterIdTitles = get_characters_character_id_titles
    def get_characters_character_id_wallet(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> float:
        """GET /characters/{character_id}/wallet: everything in one answer. Needs esi-wallet.read_character_wallet.v1."""
    GetCharactersCharacterIdWallet = get_characters_character_id_wallet
    def get_characters_character_id_wallet_journal(self, *, character_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdWalletJournal]:
        """GET /characters/{character_id}/wallet/journal: all pages, as one snapshot. Needs esi-wallet.read_character_wallet.v1."""
    GetCharactersCharacterIdWalletJournal = get_characters_character_id_wallet_journal
    def get_characters_character_id_wallet_transactions(self, *, character_id: int, from_id: int | None = None, character: int | str | None = None, refresh: bool = False, until: int | str | None = None, max_records: int | None = None) -> list[CharactersCharacterIdWalletTransactions]:
        """GET /characters/{character_id}/wallet/transactions: the whole list, to its end. Needs esi-wallet.read_character_wallet.v1."""
    GetCharactersCharacterIdWalletTransactions = get_characters_character_id_wallet_transactions
    def get_characters_cosmetics_skinr(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCosmeticsSkinr:
        """GET /characters/{character_id}/cosmetics/skinr: everything in one answer. Needs esi.cosmetic.char:read."""
    GetCharactersCosmeticsSkinr = get_characters_cosmetics_skinr
    def get_characters_cosmetics_skinr_components(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersCosmeticsSkinrComponents:
        """GET /characters/{character_id}/cosmetics/skinr/components: everything in one answer. Needs esi.cosmetic.char:read."""
    GetCharactersCosmeticsSkinrComponents = get_characters_cosmetics_skinr_components
    def get_characters_detail(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersDetail:
        """GET /characters/{character_id}: everything in one answer. Public."""
    GetCharactersDetail = get_characters_detail
    get_characters_character_id = get_characters_detail
    def get_characters_freelance_jobs_listing(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersFreelanceJobsListing:
        """GET /characters/{character_id}/freelance-jobs: everything in one answer. Needs esi-characters.read_freelance_jobs.v1."""
    GetCharactersFreelanceJobsListing = get_characters_freelance_jobs_listing
    def get_characters_freelance_jobs_participation(self, *, character_id: int, job_id: str, character: int | str | None = None, refresh: bool = False) -> CharactersFreelanceJobsParticipation:
        """GET /characters/{character_id}/freelance-jobs/{job_id}/participation: everything in one answer. Needs esi-characters.read_freelance_jobs.v1."""
    GetCharactersFreelanceJobsParticipation = get_characters_freelance_jobs_participation
    def get_characters_mercenary_tactical_operations_detail(self, *, operation_id: str, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersMercenaryTacticalOperationsDetail:
        """GET /characters/{character_id}/mercenary-tactical-operations/{operation_id}: everything in one answer. Needs esi-activities.read_character.v1."""
    GetCharactersMercenaryTacticalOperationsDetail = get_characters_mercenary_tactical_operations_detail
    def get_characters_mercenary_tactical_operations_listing(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersMercenaryTacticalOperationsListing:
        """GET /characters/{character_id}/mercenary-tactical-operations: everything in one answer. Needs esi-activities.read_character.v1."""
    GetCharactersMercenaryTacticalOperationsListing = get_characters_mercenary_tactical_operations_listing
    @overload
    def get_characters_military_campaigns_objectives_listing(self, *, character_id: int, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[CharactersMilitaryCampaignsObjectivesListing]:
        """GET /characters/{character_id}/military-campaigns/objectives: the whole list, to its end. Needs esi.activity.char:read."""
    @overload
    def get_characters_military_campaigns_objectives_listing(self, *, character_id: int, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CharactersMilitaryCampaignsObjectivesListingPiece:
        """GET /characters/{character_id}/military-campaigns/objectives: one piece, as ESI gives it. Needs esi.activity.char:read."""
    @overload
    def get_characters_military_campaigns_objectives_listing(self, *, character_id: int, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CharactersMilitaryCampaignsObjectivesListingPiece:
        """GET /characters/{character_id}/military-campaigns/objectives: one piece, as ESI gives it. Needs esi.activity.char:read."""
    GetCharactersMilitaryCampaignsObjectivesListing = get_characters_military_campaigns_objectives_listing
    def get_characters_military_campaigns_objectives_participation(self, *, character_id: int, objective_id: str, character: int | str | None = None, refresh: bool = False) -> CharactersMilitaryCampaignsObjectivesParticipation:
        """GET /characters/{character_id}/military-campaigns/objectives/{objective_id}: everything in one answer. Needs esi.activity.char:read."""
    GetCharactersMilitaryCampaignsObjectivesParticipation = get_characters_military_campaigns_objectives_participation
    @overload
    def get_characters_paragon_hub_skinr(self, *, character_id: int, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[CharactersParagonHubSkinr]:
        """GET /characters/{character_id}/paragon-hub/skinr: the whole list, to its end. Needs esi.cosmetic.char:read."""
    @overload
    def get_characters_paragon_hub_skinr(self, *, character_id: int, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CharactersParagonHubSkinrPiece:
        """GET /characters/{character_id}/paragon-hub/skinr: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    @overload
    def get_characters_paragon_hub_skinr(self, *, character_id: int, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CharactersParagonHubSkinrPiece:
        """GET /characters/{character_id}/paragon-hub/skinr: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    GetCharactersParagonHubSkinr = get_characters_paragon_hub_skinr
    def get_characters_structures_mercenary_dens_detail(self, *, mercenary_den_id: int, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersStructuresMercenaryDensDetail:
        """GET /characters/{character_id}/structures/mercenary-dens/{mercenary_den_id}: everything in one answer. Needs esi-structures.read_character.v1."""
    GetCharactersStructuresMercenaryDensDetail = get_characters_structures_mercenary_dens_detail
    def get_characters_structures_mercenary_dens_listing(self, *, character_id: int, character: int | str | None = None, refresh: bool = False) -> CharactersStructuresMercenaryDensListing:
        """GET /characters/{character_id}/structures/mercenary-dens: everything in one answer. Needs esi-structures.read_character.v1."""
    GetCharactersStructuresMercenaryDensListing = get_characters_structures_mercenary_dens_listing
    def get_contracts_public_bids_contract_id(self, *, contract_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[ContractsPublicBidsContractId]:
        """GET /contracts/public/bids/{contract_id}: all pages, as one snapshot. Public."""
    GetContractsPublicBidsContractId = get_contracts_public_bids_contract_id
    def get_contracts_public_items_contract_id(self, *, contract_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[ContractsPublicItemsContractId]:
        """GET /contracts/public/items/{contract_id}: all pages, as one snapshot. Public."""
    GetContractsPublicItemsContractId = get_contracts_public_items_contract_id
    def get_contracts_public_region_id(self, *, region_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[ContractsPublicRegionId]:
        """GET /contracts/public/{region_id}: all pages, as one snapshot. Public."""
    GetContractsPublicRegionId = get_contracts_public_region_id
    def get_corporation_corporation_id_mining_extractions(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationCorporationIdMiningExtractions]:
        """GET /corporation/{corporation_id}/mining/extractions: all pages, as one snapshot. Needs esi-industry.read_corporation_mining.v1."""
    GetCorporationCorporationIdMiningExtractions = get_corporation_corporation_id_mining_extractions
    def get_corporation_corporation_id_mining_observers(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationCorporationIdMiningObservers]:
        """GET /corporation/{corporation_id}/mining/observers: all pages, as one snapshot. Needs esi-industry.read_corporation_mining.v1."""
    GetCorporationCorporationIdMiningObservers = get_corporation_corporation_id_mining_observers
    def get_corporation_corporation_id_mining_observers_observer_id(self, *, corporation_id: int, observer_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationCorporationIdMiningObserversObserverId]:
        """GET /corporation/{corporation_id}/mining/observers/{observer_id}: all pages, as one snapshot. Needs esi-industry.read_corporation_mining.v1."""
    GetCorporationCorporationIdMiningObserversObserverId = get_corporation_corporation_id_mining_observers_observer_id
    def get_corporations_corporation_id(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsCorporationId:
        """GET /corporations/{corporation_id}: everything in one answer. Public."""
    GetCorporationsCorporationId = get_corporations_corporation_id
    def get_corporations_corporation_id_alliancehistory(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdAlliancehistory]:
        """GET /corporations/{corporation_id}/alliancehistory: everything in one answer. Public."""
    GetCorporationsCorporationIdAlliancehistory = get_corporations_corporation_id_alliancehistory
    def get_corporations_corporation_id_assets(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdAssets]:
        """GET /corporations/{corporation_id}/assets: all pages, as one snapshot. Needs esi-assets.read_corporation_assets.v1."""
    GetCorporationsCorporationIdAssets = get_corporations_corporation_id_assets
    def get_corporations_corporation_id_blueprints(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdBlueprints]:
        """GET /corporations/{corporation_id}/blueprints: all pages, as one snapshot. Needs esi-corporations.read_blueprints.v1."""
    GetCorporationsCorporationIdBlueprints = get_corporations_corporation_id_blueprints
    def get_corporations_corporation_id_contacts(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdContacts]:
        """GET /corporations/{corporation_id}/contacts: all pages, as one snapshot. Needs esi-corporations.read_contacts.v1."""
    GetCorporationsCorporationIdContacts = get_corporations_corporation_id_contacts
    def get_corporations_corporation_id_contacts_labels(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdContactsLabels]:
        """GET /corporations/{corporation_id}/contacts/labels: everything in one answer. Needs esi-corporations.read_contacts.v1."""
    GetCorporationsCorporationIdContactsLabels = get_corporations_corporation_id_contacts_labels
    def get_corporations_corporation_id_containers_logs(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdContainersLogs]:
        """GET /corporations/{corporation_id}/containers/logs: all pages, as one snapshot. Needs esi-corporations.read_container_logs.v1."""
    GetCorporationsCorporationIdContainersLogs = get_corporations_corporation_id_containers_logs
    def get_corporations_corporation_id_contracts(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdContracts]:
        """GET /corporations/{corporation_id}/contracts: all pages, as one snapshot. Needs esi-contracts.read_corporation_contracts.v1."""
    GetCorporationsCorporationIdContracts = get_corporations_corporation_id_contracts
    def get_corporations_corporation_id_contracts_contract_id_bids(self, *, contract_id: int, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdContractsContractIdBids]:
        """GET /corporations/{corporation_id}/contracts/{contract_id}/bids: all pages, as one snapshot. Needs esi-contracts.read_corporation_contracts.v1."""
    GetCorporationsCorporationIdContractsContractIdBids = get_corporations_corporation_id_contracts_contract_id_bids
    def get_corporations_corporation_id_contracts_contract_id_items(self, *, contract_id: int, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdContractsContractIdItems]:
        """GET /corporations/{corporation_id}/contracts/{contract_id}/items: everything in one answer. Needs esi-contracts.read_corporation_contracts.v1."""
    GetCorporationsCorporationIdContractsContractIdItems = get_corporations_corporation_id_contracts_contract_id_items
    def get_corporations_corporation_id_customs_offices(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdCustomsOffices]:
        """GET /corporations/{corporation_id}/customs_offices: all pages, as one snapshot. Needs esi-planets.read_customs_offices.v1."""
    GetCorporationsCorporationIdCustomsOffices = get_corporations_corporation_id_customs_offices
    def get_corporations_corporation_id_divisions(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsCorporationIdDivisions:
        """GET /corporations/{corporation_id}/divisions: everything in one answer. Needs esi-corporations.read_divisions.v1."""
    GetCorporationsCorporationIdDivisions = get_corporations_corporation_id_divisions
    def get_corporations_corporation_id_facilities(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdFacilities]:
        """GET /corporations/{corporation_id}/facilities: everything in one answer. Needs esi-corporations.read_facilities.v1."""
    GetCorporationsCorporationIdFacilities = get_corporations_corporation_id_facilities
    def get_corporations_corporation_id_fw_stats(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsCorporationIdFwStats:
        """GET /corporations/{corporation_id}/fw/stats: everything in one answer. Needs esi-corporations.read_fw_stats.v1."""
    GetCorporationsCorporationIdFwStats = get_corporations_corporation_id_fw_stats
    def get_corporations_corporation_id_icons(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsCorporationIdIcons:
        """GET /corporations/{corporation_id}/icons: everything in one answer. Public."""
    GetCorporationsCorporationIdIcons = get_corporations_corporation_id_icons
    def get_corporations_corporation_id_industry_jobs(self, *, corporation_id: int, include_completed: bool | None = None, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdIndustryJobs]:
        """GET /corporations/{corporation_id}/industry/jobs: all pages, as one snapshot. Needs esi-industry.read_corporation_jobs.v1."""
    GetCorporationsCorporationIdIndustryJobs = get_corporations_corporation_id_industry_jobs
    def get_corporations_corporation_id_killmails_recent(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdKillmailsRecent]:
        """GET /corporations/{corporation_id}/killmails/recent: all pages, as one snapshot. Needs esi-killmails.read_corporation_killmails.v1."""
    GetCorporationsCorporationIdKillmailsRecent = get_corporations_corporation_id_killmails_recent
    def get_corporations_corporation_id_medals(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdMedals]:
        """GET /corporations/{corporation_id}/medals: all pages, as one snapshot. Needs esi-corporations.read_medals.v1."""
    GetCorporationsCorporationIdMedals = get_corporations_corporation_id_medals
    def get_corporations_corporation_id_medals_issued(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdMedalsIssued]:
        """GET /corporations/{corporation_id}/medals/issued: all pages, as one snapshot. Needs esi-corporations.read_medals.v1."""
    GetCorporationsCorporationIdMedalsIssued = get_corporations_corporation_id_medals_issued
    def get_corporations_corporation_id_members(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /corporations/{corporation_id}/members: everything in one answer. Needs esi-corporations.read_corporation_membership.v1."""
    GetCorporationsCorporationIdMembers = get_corporations_corporation_id_members
    def get_corporations_corporation_id_members_limit(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> int:
        """GET /corporations/{corporation_id}/members/limit: everything in one answer. Needs esi-corporations.track_members.v1."""
    GetCorporationsCorporationIdMembersLimit = get_corporations_corporation_id_members_limit
    def get_corporations_corporation_id_members_titles(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdMembersTitles]:
        """GET /corporations/{corporation_id}/members/titles: everything in one answer. Needs esi-corporations.read_titles.v1."""
    GetCorporationsCorporationIdMembersTitles = get_corporations_corporation_id_members_titles
    def get_corporations_corporation_id_membertracking(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdMembertracking]:
        """GET /corporations/{corporation_id}/membertracking: everything in one answer. Needs esi-corporations.track_members.v1."""
    GetCorporationsCorporationIdMembertracking = get_corporations_corporation_id_membertracking
    def get_corporations_corporation_id_orders(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdOrders]:
        """GET /corporations/{corporation_id}/orders: all pages, as one snapshot. Needs esi-markets.read_corporation_orders.v1."""
    GetCorporationsCorporationIdOrders = get_corporations_corporation_id_orders
    def get_corporations_corporation_id_orders_history(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdOrdersHistory]:
        """GET /corporations/{corporation_id}/orders/history: all pages, as one snapshot. Needs esi-markets.read_corporation_orders.v1."""
    GetCorporationsCorporationIdOrdersHistory = get_corporations_corporation_id_orders_history
    def get_corporations_corporation_id_roles(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdRoles]:
        """GET /corporations/{corporation_id}/roles: everything in one answer. Needs esi-corporations.read_corporation_membership.v1."""
    GetCorporationsCorporationIdRoles = get_corporations_corporation_id_roles
    def get_corporations_corporation_id_roles_history(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdRolesHistory]:
        """GET /corporations/{corporation_id}/roles/history: all pages, as one snapshot. Needs esi-corporations.read_corporation_membership.v1."""
    GetCorporationsCorporationIdRolesHistory = get_corporations_corporation_id_roles_history
    def get_corporations_corporation_id_shareholders(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdShareholders]:
        """GET /corporations/{corporation_id}/shareholders: all pages, as one snapshot. Needs esi-wallet.read_corporation_wallets.v1."""
    GetCorporationsCorporationIdShareholders = get_corporations_corporation_id_shareholders
    def get_corporations_corporation_id_standings(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdStandings]:
        """GET /corporations/{corporation_id}/standings: all pages, as one snapshot. Needs esi-corporations.read_standings.v1."""
    GetCorporationsCorporationIdStandings = get_corporations_corporation_id_standings
    def get_corporations_corporation_id_starbases(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdStarbases]:
        """GET /corporations/{corporation_id}/starbases: all pages, as one snapshot. Needs esi-corporations.read_starbases.v1."""
    GetCorporationsCorporationIdStarbases = get_corporations_corporation_id_starbases
    def get_corporations_corporation_id_starbases_starbase_id(self, *, corporation_id: int, starbase_id: int, system_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsCorporationIdStarbasesStarbaseId:
        """GET /corporations/{corporation_id}/starbases/{starbase_id}: everything in one answer. Needs esi-corporations.read_starbases.v1."""
    GetCorporationsCorporationIdStarbasesStarbaseId = get_corporations_corporation_id_starbases_starbase_id
    def get_corporations_corporation_id_structures(self, *, corporation_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdStructures]:
        """GET /corporations/{corporation_id}/structures: all pages, as one snapshot. Needs esi-corporations.read_structures.v1."""
    GetCorporationsCorporationIdStructures = get_corporations_corporation_id_structures
    def get_corporations_corporation_id_titles(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdTitles]:
        """GET /corporations/{corporation_id}/titles: everything in one answer. Needs esi-corporations.read_titles.v1."""
    GetCorporationsCorporationIdTitles = get_corporations_corporation_id_titles
    def get_corporations_corporation_id_wallets(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdWallets]:
        """GET /corporations/{corporation_id}/wallets: everything in one answer. Needs esi-wallet.read_corporation_wallets.v1."""
    GetCorporationsCorporationIdWallets = get_corporations_corporation_id_wallets
    def get_corporations_corporation_id_wallets_division_journal(self, *, corporation_id: int, division: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdWalletsDivisionJournal]:
        """GET /corporations/{corporation_id}/wallets/{division}/journal: all pages, as one snapshot. Needs esi-wallet.read_corporation_wallets.v1."""
    GetCorporationsCorporationIdWalletsDivisionJournal = get_corporations_corporation_id_wallets_division_journal
    def get_corporations_corporation_id_wallets_division_transactions(self, *, corporation_id: int, division: int, from_id: int | None = None, character: int | str | None = None, refresh: bool = False, until: int | str | None = None, max_records: int | None = None) -> list[CorporationsCorporationIdWalletsDivisionTransactions]:
        """GET /corporations/{corporation_id}/wallets/{division}/transactions: the whole list, to its end. Needs esi-wallet.read_corporation_wallets.v1."""
    GetCorporationsCorporationIdWalletsDivisionTransactions = get_corporations_corporation_id_wallets_division_transactions
    @overload
    def get_corporations_freelance_jobs_listing(self, *, corporation_id: int, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[CorporationsFreelanceJobsListing]:
        """GET /corporations/{corporation_id}/freelance-jobs: the whole list, to its end. Needs esi-corporations.read_freelance_jobs.v1."""
    @overload
    def get_corporations_freelance_jobs_listing(self, *, corporation_id: int, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsFreelanceJobsListingPiece:
        """GET /corporations/{corporation_id}/freelance-jobs: one piece, as ESI gives it. Needs esi-corporations.read_freelance_jobs.v1."""
    @overload
    def get_corporations_freelance_jobs_listing(self, *, corporation_id: int, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsFreelanceJobsListingPiece:
        """GET /corporations/{corporation_id}/freelance-jobs: one piece, as ESI gives it. Needs esi-corporations.read_freelance_jobs.v1."""
    GetCorporationsFreelanceJobsListing = get_corporations_freelance_jobs_listing
    @overload
    def get_corporations_freelance_jobs_participants(self, *, corporation_id: int, job_id: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[CorporationsFreelanceJobsParticipants]:
        """GET /corporations/{corporation_id}/freelance-jobs/{job_id}/participants: the whole list, to its end. Needs esi-corporations.read_freelance_jobs.v1."""
    @overload
    def get_corporations_freelance_jobs_participants(self, *, corporation_id: int, job_id: str, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsFreelanceJobsParticipantsPiece:
        """GET /corporations/{corporation_id}/freelance-jobs/{job_id}/participants: one piece, as ESI gives it. Needs esi-corporations.read_freelance_jobs.v1."""
    @overload
    def get_corporations_freelance_jobs_participants(self, *, corporation_id: int, job_id: str, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsFreelanceJobsParticipantsPiece:
        """GET /corporations/{corporation_id}/freelance-jobs/{job_id}/participants: one piece, as ESI gives it. Needs esi-corporations.read_freelance_jobs.v1."""
    GetCorporationsFreelanceJobsParticipants = get_corporations_freelance_jobs_participants
    def get_corporations_npccorps(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /corporations/npccorps: everything in one answer. Public."""
    GetCorporationsNpccorps = get_corporations_npccorps
    def get_corporations_projects_contribution(self, *, corporation_id: int, project_id: str, character_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsProjectsContribution:
        """GET /corporations/{corporation_id}/projects/{project_id}/contribution/{character_id}: everything in one answer. Needs esi-corporations.read_projects.v1."""
    GetCorporationsProjectsContribution = get_corporations_projects_contribution
    @overload
    def get_corporations_projects_contributors(self, *, corporation_id: int, project_id: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[CorporationsProjectsContributors]:
        """GET /corporations/{corporation_id}/projects/{project_id}/contributors: the whole list, to its end. Needs esi-corporations.read_projects.v1."""
    @overload
    def get_corporations_projects_contributors(self, *, corporation_id: int, project_id: str, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsProjectsContributorsPiece:
        """GET /corporations/{corporation_id}/projects/{project_id}/contributors: one piece, as ESI gives it. Needs esi-corporations.read_projects.v1."""
    @overload
    def get_corporations_projects_contributors(self, *, corporation_id: int, project_id: str, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsProjectsContributorsPiece:
        """GET /corporations/{corporation_id}/projects/{project_id}/contributors: one piece, as ESI gives it. Needs esi-corporations.read_projects.v1."""
    GetCorporationsProjectsContributors = get_corporations_projects_contributors
    def get_corporations_projects_detail(self, *, corporation_id: int, project_id: str, character: int | str | None = None, refresh: bool = False) -> CorporationsProjectsDetail:
        """GET /corporations/{corporation_id}/projects/{project_id}: everything in one answer. Needs esi-corporations.read_projects.v1."""
    GetCorporationsProjectsDetail = get_corporations_projects_detail
    @overload
    def get_corporations_projects_listing(self, *, corporation_id: int, limit: int | None = None, state: Literal['All', 'Active'] | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[CorporationsProjectsListing]:
        """GET /corporations/{corporation_id}/projects: the whole list, to its end. Needs esi-corporations.read_projects.v1."""
    @overload
    def get_corporations_projects_listing(self, *, corporation_id: int, before: str, limit: int | None = None, state: Literal['All', 'Active'] | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsProjectsListingPiece:
        """GET /corporations/{corporation_id}/projects: one piece, as ESI gives it. Needs esi-corporations.read_projects.v1."""
    @overload
    def get_corporations_projects_listing(self, *, corporation_id: int, after: str, limit: int | None = None, state: Literal['All', 'Active'] | None = None, character: int | str | None = None, refresh: bool = False) -> CorporationsProjectsListingPiece:
        """GET /corporations/{corporation_id}/projects: one piece, as ESI gives it. Needs esi-corporations.read_projects.v1."""
    GetCorporationsProjectsListing = get_corporations_projects_listing
    def get_corporations_structures_skyhooks_detail(self, *, skyhook_id: int, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsStructuresSkyhooksDetail:
        """GET /corporations/{corporation_id}/structures/skyhooks/{skyhook_id}: everything in one answer. Needs esi-structures.read_corporation.v1."""
    GetCorporationsStructuresSkyhooksDetail = get_corporations_structures_skyhooks_detail
    def get_corporations_structures_skyhooks_listing(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsStructuresSkyhooksListing:
        """GET /corporations/{corporation_id}/structures/skyhooks: everything in one answer. Needs esi-structures.read_corporation.v1."""
    GetCorporationsStructuresSkyhooksListing = get_corporations_structures_skyhooks_listing
    def get_corporations_structures_sovereignty_hubs_detail(self, *, sovereignty_hub_id: int, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsStructuresSovereigntyHubsDetail:
        """GET /corporations/{corporation_id}/structures/sovereignty-hubs/{sovereignty_hub_id}: everything in one answer. Needs esi-structures.read_corporation.v1."""
    GetCorporationsStructuresSovereigntyHubsDetail = get_corporations_structures_sovereignty_hubs_detail
    def get_corporations_structures_sovereignty_hubs_listing(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> CorporationsStructuresSovereigntyHubsListing:
        """GET /corporations/{corporation_id}/structures/sovereignty-hubs: everything in one answer. Needs esi-structures.read_corporation.v1."""
    GetCorporationsStructuresSovereigntyHubsListing = get_corporations_structures_sovereignty_hubs_listing
    def get_cosmetics_skinr(self, *, skinr_id: str, character: int | str | None = None, refresh: bool = False) -> CosmeticsSkinr:
        """GET /cosmetics/skinr/{skinr_id}: everything in one answer. Public."""
    GetCosmeticsSkinr = get_cosmetics_skinr
    def get_dogma_attributes(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /dogma/attributes: everything in one answer. Public."""
    GetDogmaAttributes = get_dogma_attributes
    def get_dogma_attributes_attribute_id(self, *, attribute_id: int, character: int | str | None = None, refresh: bool = False) -> DogmaAttributesAttributeId:
        """GET /dogma/attributes/{attribute_id}: everything in one answer. Public."""
    GetDogmaAttributesAttributeId = get_dogma_attributes_attribute_id
    def get_dogma_dynamic_items_type_id_item_id(self, *, item_id: int, type_id: int, character: int | str | None = None, refresh: bool = False) -> DogmaDynamicItemsTypeIdItemId:
        """GET /dogma/dynamic/items/{type_id}/{item_id}: everything in one answer. Public."""
    GetDogmaDynamicItemsTypeIdItemId = get_dogma_dynamic_items_type_id_item_id
    def get_dogma_effects(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /dogma/effects: everything in one answer. Public."""
    GetDogmaEffects = get_dogma_effects
    def get_dogma_effects_effect_id(self, *, effect_id: int, character: int | str | None = None, refresh: bool = False) -> DogmaEffectsEffectId:
        """GET /dogma/effects/{effect_id}: everything in one answer. Public."""
    GetDogmaEffectsEffectId = get_dogma_effects_effect_id
    def get_fleets_fleet_id(self, *, fleet_id: int, character: int | str | None = None, refresh: bool = False) -> FleetsFleetId:
        """GET /fleets/{fleet_id}: everything in one answer. Needs esi-fleets.read_fleet.v1."""
    GetFleetsFleetId = get_fleets_fleet_id
    def get_fleets_fleet_id_members(self, *, fleet_id: int, character: int | str | None = None, refresh: bool = False) -> list[FleetsFleetIdMembers]:
        """GET /fleets/{fleet_id}/members: everything in one answer. Needs esi-fleets.read_fleet.v1."""
    GetFleetsFleetIdMembers = get_fleets_fleet_id_members
    def get_fleets_fleet_id_wings(self, *, fleet_id: int, character: int | str | None = None, refresh: bool = False) -> list[FleetsFleetIdWings]:
        """GET /fleets/{fleet_id}/wings: everything in one answer. Needs esi-fleets.read_fleet.v1."""
    GetFleetsFleetIdWings = get_fleets_fleet_id_wings
    def get_freelance_jobs_detail(self, *, job_id: str, character: int | str | None = None, refresh: bool = False) -> FreelanceJobsDetail:
        """GET /freelance-jobs/{job_id}: everything in one answer. Public."""
    GetFreelanceJobsDetail = get_freelance_jobs_detail
    @overload
    def get_freelance_jobs_listing(self, *, limit: int | None = None, corporation_id: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[FreelanceJobsListing]:
        """GET /freelance-jobs: the whole list, to its end. Public."""
    @overload
    def get_freelance_jobs_listing(self, *, before: str, limit: int | None = None, corporation_id: int | None = None, character: int | str | None = None, refresh: bool = False) -> FreelanceJobsListingPiece:
        """GET /freelance-jobs: one piece, as ESI gives it. Public."""
    @overload
    def get_freelance_jobs_listing(self, *, after: str, limit: int | None = None, corporation_id: int | None = None, character: int | str | None = None, refresh: bool = False) -> FreelanceJobsListingPiece:
        """GET /freelance-jobs: one piece, as ESI gives it. Public."""
    GetFreelanceJobsListing = get_freelance_jobs_listing
    def get_fw_leaderboards(self, *, character: int | str | None = None, refresh: bool = False) -> FwLeaderboards:
        """GET /fw/leaderboards: everything in one answer. Public."""
    GetFwLeaderboards = get_fw_leaderboards
    def get_fw_leaderboards_characters(self, *, character: int | str | None = None, refresh: bool = False) -> FwLeaderboardsCharacters:
        """GET /fw/leaderboards/characters: everything in one answer. Public."""
    GetFwLeaderboardsCharacters = get_fw_leaderboards_characters
    def get_fw_leaderboards_corporations(self, *, character: int | str | None = None, refresh: bool = False) -> FwLeaderboardsCorporations:
        """GET /fw/leaderboards/corporations: everything in one answer. Public."""
    GetFwLeaderboardsCorporations = get_fw_leaderboards_corporations
    def get_fw_stats(self, *, character: int | str | None = None, refresh: bool = False) -> list[FwStats]:
        """GET /fw/stats: everything in one answer. Public."""
    GetFwStats = get_fw_stats
    def get_fw_systems(self, *, character: int | str | None = None, refresh: bool = False) -> list[FwSystems]:
        """GET /fw/systems: everything in one answer. Public."""
    GetFwSystems = get_fw_systems
    def get_fw_wars(self, *, character: int | str | None = None, refresh: bool = False) -> list[FwWars]:
        """GET /fw/wars: everything in one answer. Public."""
    GetFwWars = get_fw_wars
    def get_incursions(self, *, character: int | str | None = None, refresh: bool = False) -> list[Incursions]:
        """GET /incursions: everything in one answer. Public."""
    GetIncursions = get_incursions
    def get_industry_facilities(self, *, character: int | str | None = None, refresh: bool = False) -> list[IndustryFacilities]:
        """GET /industry/facilities: everything in one answer. Public."""
    GetIndustryFacilities = get_industry_facilities
    def get_industry_systems(self, *, character: int | str | None = None, refresh: bool = False) -> list[IndustrySystems]:
        """GET /industry/systems: everything in one answer. Public."""
    GetIndustrySystems = get_industry_systems
    def get_insurance_prices(self, *, character: int | str | None = None, refresh: bool = False) -> list[InsurancePrices]:
        """GET /insurance/prices: everything in one answer. Public."""
    GetInsurancePrices = get_insurance_prices
    def get_killmails_killmail_id_killmail_hash(self, *, killmail_hash: str, killmail_id: int, character: int | str | None = None, refresh: bool = False) -> KillmailsKillmailIdKillmailHash:
        """GET /killmails/{killmail_id}/{killmail_hash}: everything in one answer. Public."""
    GetKillmailsKillmailIdKillmailHash = get_killmails_killmail_id_killmail_hash
    def get_loyalty_stores_corporation_id_offers(self, *, corporation_id: int, character: int | str | None = None, refresh: bool = False) -> list[LoyaltyStoresCorporationIdOffers]:
        """GET /loyalty/stores/{corporation_id}/offers: everything in one answer. Public."""
    GetLoyaltyStoresCorporationIdOffers = get_loyalty_stores_corporation_id_offers
    def get_markets_groups(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /markets/groups: everything in one answer. Public."""
    GetMarketsGroups = get_markets_groups
    def get_markets_groups_market_group_id(self, *, market_group_id: int, character: int | str | None = None, refresh: bool = False) -> MarketsGroupsMarketGroupId:
        """GET /markets/groups/{market_group_id}: everything in one answer. Public."""
    GetMarketsGroupsMarketGroupId = get_markets_groups_market_group_id
    def get_markets_prices(self, *, character: int | str | None = None, refresh: bool = False) -> list[MarketsPrices]:
        """GET /markets/prices: everything in one answer. Public."""
    GetMarketsPrices = get_markets_prices
    def get_markets_region_id_history(self, *, region_id: int, type_id: int, character: int | str | None = None, refresh: bool = False) -> list[MarketsRegionIdHistory]:
        """GET /markets/{region_id}/history: everything in one answer. Public."""
    GetMarketsRegionIdHistory = get_markets_region_id_history
    def get_markets_region_id_orders(self, *, region_id: int, order_type: Literal['buy', 'sell', 'all'] | None = 'all', page: int | None = None, type_id: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[MarketsRegionIdOrders]:
        """GET /markets/{region_id}/orders: all pages, as one snapshot. Public."""
    GetMarketsRegionIdOrders = get_markets_region_id_orders
    def get_markets_region_id_types(self, *, region_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /markets/{region_id}/types: all pages, as one snapshot. Public."""
    GetMarketsRegionIdTypes = get_markets_region_id_types
    def get_markets_structures_structure_id(self, *, structure_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[MarketsStructuresStructureId]:
        """GET /markets/structures/{structure_id}: all pages, as one snapshot. Needs esi-markets.structure_markets.v1."""
    GetMarketsStructuresStructureId = get_markets_structures_structure_id
    def get_meta_changelog(self, *, character: int | str | None = None, refresh: bool = False) -> MetaChangelog:
        """GET /meta/changelog: everything in one answer. Public."""
    GetMetaChangelog = get_meta_changelog
    def get_meta_compatibility_dates(self, *, character: int | str | None = None, refresh: bool = False) -> MetaCompatibilityDates:
        """GET /meta/compatibility-dates: everything in one answer. Public."""
    GetMetaCompatibilityDates = get_meta_compatibility_dates
    def get_meta_name(self, *, character: int | str | None = None, refresh: bool = False) -> MetaName:
        """GET /meta/name: everything in one answer. Public."""
    GetMetaName = get_meta_name
    def get_meta_status(self, *, character: int | str | None = None, refresh: bool = False) -> MetaStatus:
        """GET /meta/status: everything in one answer. Public."""
    GetMetaStatus = get_meta_status
    def get_military_campaigns_detail(self, *, campaign_id: str, character: int | str | None = None, refresh: bool = False) -> MilitaryCampaignsDetail:
        """GET /military-campaigns/{campaign_id}: everything in one answer. Public."""
    GetMilitaryCampaignsDetail = get_military_campaigns_detail
    def get_military_campaigns_listing(self, *, character: int | str | None = None, refresh: bool = False) -> MilitaryCampaignsListing:
        """GET /military-campaigns: everything in one answer. Public."""
    GetMilitaryCampaignsListing = get_military_campaigns_listing
    def get_military_campaigns_objectives_detail(self, *, campaign_id: str, objective_id: str, character: int | str | None = None, refresh: bool = False) -> MilitaryCampaignsObjectivesDetail:
        """GET /military-campaigns/{campaign_id}/objectives/{objective_id}: everything in one answer. Public."""
    GetMilitaryCampaignsObjectivesDetail = get_military_campaigns_objectives_detail
    @overload
    def get_military_campaigns_objectives_listing(self, *, campaign_id: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[MilitaryCampaignsObjectivesListing]:
        """GET /military-campaigns/{campaign_id}/objectives: the whole list, to its end. Public."""
    @overload
    def get_military_campaigns_objectives_listing(self, *, campaign_id: str, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> MilitaryCampaignsObjectivesListingPiece:
        """GET /military-campaigns/{campaign_id}/objectives: one piece, as ESI gives it. Public."""
    @overload
    def get_military_campaigns_objectives_listing(self, *, campaign_id: str, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> MilitaryCampaignsObjectivesListingPiece:
        """GET /military-campaigns/{campaign_id}/objectives: one piece, as ESI gives it. Public."""
    GetMilitaryCampaignsObjectivesListing = get_military_campaigns_objectives_listing
    @overload
    def get_paragon_hub_skinr(self, *, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[ParagonHubSkinr]:
        """GET /paragon-hub/skinr: the whole list, to its end. Public."""
    @overload
    def get_paragon_hub_skinr(self, *, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrPiece:
        """GET /paragon-hub/skinr: one piece, as ESI gives it. Public."""
    @overload
    def get_paragon_hub_skinr(self, *, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrPiece:
        """GET /paragon-hub/skinr: one piece, as ESI gives it. Public."""
    GetParagonHubSkinr = get_paragon_hub_skinr
    @overload
    def get_paragon_hub_skinr_alliances(self, *, alliance_id: int, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[ParagonHubSkinrAlliances]:
        """GET /paragon-hub/skinr/alliances/{alliance_id}: the whole list, to its end. Needs esi.cosmetic.char:read."""
    @overload
    def get_paragon_hub_skinr_alliances(self, *, alliance_id: int, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrAlliancesPiece:
        """GET /paragon-hub/skinr/alliances/{alliance_id}: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    @overload
    def get_paragon_hub_skinr_alliances(self, *, alliance_id: int, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrAlliancesPiece:
        """GET /paragon-hub/skinr/alliances/{alliance_id}: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    GetParagonHubSkinrAlliances = get_paragon_hub_skinr_alliances
    @overload
    def get_paragon_hub_skinr_characters(self, *, character_id: int, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[ParagonHubSkinrCharacters]:
        """GET /paragon-hub/skinr/characters/{character_id}: the whole list, to its end. Needs esi.cosmetic.char:read."""
    @overload
    def get_paragon_hub_skinr_characters(self, *, character_id: int, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrCharactersPiece:
        """GET /paragon-hub/skinr/characters/{character_id}: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    @overload
    def get_paragon_hub_skinr_characters(self, *, character_id: int, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrCharactersPiece:
        """GET /paragon-hub/skinr/characters/{character_id}: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    GetParagonHubSkinrCharacters = get_paragon_hub_skinr_characters
    @overload
    def get_paragon_hub_skinr_corporations(self, *, corporation_id: int, limit: int | None = None, character: int | str | None = None, refresh: bool = False, since_last: bool = False, max_records: int | None = None) -> list[ParagonHubSkinrCorporations]:
        """GET /paragon-hub/skinr/corporations/{corporation_id}: the whole list, to its end. Needs esi.cosmetic.char:read."""
    @overload
    def get_paragon_hub_skinr_corporations(self, *, corporation_id: int, before: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrCorporationsPiece:
        """GET /paragon-hub/skinr/corporations/{corporation_id}: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    @overload
    def get_paragon_hub_skinr_corporations(self, *, corporation_id: int, after: str, limit: int | None = None, character: int | str | None = None, refresh: bool = False) -> ParagonHubSkinrCorporationsPiece:
        """GET /paragon-hub/skinr/corporations/{corporation_id}: one piece, as ESI gives it. Needs esi.cosmetic.char:read."""
    GetParagonHubSkinrCorporations = get_paragon_hub_skinr_corporations
    def get_skyhooks_raidable(self, *, character: int | str | None = None, refresh: bool = False) -> SkyhooksRaidable:
        """GET /skyhooks/raidable: everything in one answer. Public."""
    GetSkyhooksRaidable = get_skyhooks_raidable
    def get_sovereignty_campaigns(self, *, character: int | str | None = None, refresh: bool = False) -> list[SovereigntyCampaigns]:
        """GET /sovereignty/campaigns: everything in one answer. Public."""
    GetSovereigntyCampaigns = get_sovereignty_campaigns
    def get_sovereignty_systems(self, *, character: int | str | None = None, refresh: bool = False) -> SovereigntySystems:
        """GET /sovereignty/systems: everything in one answer. Public."""
    GetSovereigntySystems = get_sovereignty_systems
    def get_status(self, *, character: int | str | None = None, refresh: bool = False) -> Status:
        """GET /status: everything in one answer. Public."""
    GetStatus = get_status
    def get_universe_ancestries(self, *, character: int | str | None = None, refresh: bool = False) -> list[UniverseAncestries]:
        """GET /universe/ancestries: everything in one answer. Public."""
    GetUniverseAncestries = get_universe_ancestries
    def get_universe_asteroid_belts_asteroid_belt_id(self, *, asteroid_belt_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseAsteroidBeltsAsteroidBeltId:
        """GET /universe/asteroid_belts/{asteroid_belt_id}: everything in one answer. Public."""
    GetUniverseAsteroidBeltsAsteroidBeltId = get_universe_asteroid_belts_asteroid_belt_id
    def get_universe_bloodlines(self, *, character: int | str | None = None, refresh: bool = False) -> list[UniverseBloodlines]:
        """GET /universe/bloodlines: everything in one answer. Public."""
    GetUniverseBloodlines = get_universe_bloodlines
    def get_universe_categories(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/categories: everything in one answer. Public."""
    GetUniverseCategories = get_universe_categories
    def get_universe_categories_category_id(self, *, category_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseCategoriesCategoryId:
        """GET /universe/categories/{category_id}: everything in one answer. Public."""
    GetUniverseCategoriesCategoryId = get_universe_categories_category_id
    def get_universe_constellations(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/constellations: everything in one answer. Public."""
    GetUniverseConstellations = get_universe_constellations
    def get_universe_constellations_constellation_id(self, *, constellation_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseConstellationsConstellationId:
        """GET /universe/constellations/{constellation_id}: everything in one answer. Public."""
    GetUniverseConstellationsConstellationId = get_universe_constellations_constellation_id
    def get_universe_factions(self, *, character: int | str | None = None, refresh: bool = False) -> list[UniverseFactions]:
        """GET /universe/factions: everything in one answer. Public."""
    GetUniverseFactions = get_universe_factions
    def get_universe_graphics(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/graphics: everything in one answer. Public."""
    GetUniverseGraphics = get_universe_graphics
    def get_universe_graphics_graphic_id(self, *, graphic_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseGraphicsGraphicId:
        """GET /universe/graphics/{graphic_id}: everything in one answer. Public."""
    GetUniverseGraphicsGraphicId = get_universe_graphics_graphic_id
    def get_universe_groups(self, *, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/groups: all pages, as one snapshot. Public."""
    GetUniverseGroups = get_universe_groups
    def get_universe_groups_group_id(self, *, group_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseGroupsGroupId:
        """GET /universe/groups/{group_id}: everything in one answer. Public."""
    GetUniverseGroupsGroupId = get_universe_groups_group_id
    def get_universe_moons_moon_id(self, *, moon_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseMoonsMoonId:
        """GET /universe/moons/{moon_id}: everything in one answer. Public."""
    GetUniverseMoonsMoonId = get_universe_moons_moon_id
    def get_universe_planets_planet_id(self, *, planet_id: int, character: int | str | None = None, refresh: bool = False) -> UniversePlanetsPlanetId:
        """GET /universe/planets/{planet_id}: everything in one answer. Public."""
    GetUniversePlanetsPlanetId = get_universe_planets_planet_id
    def get_universe_races(self, *, character: int | str | None = None, refresh: bool = False) -> list[UniverseRaces]:
        """GET /universe/races: everything in one answer. Public."""
    GetUniverseRaces = get_universe_races
    def get_universe_regions(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/regions: everything in one answer. Public."""
    GetUniverseRegions = get_universe_regions
    def get_universe_regions_region_id(self, *, region_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseRegionsRegionId:
        """GET /universe/regions/{region_id}: everything in one answer. Public."""
    GetUniverseRegionsRegionId = get_universe_regions_region_id
    def get_universe_schematics_schematic_id(self, *, schematic_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseSchematicsSchematicId:
        """GET /universe/schematics/{schematic_id}: everything in one answer. Public."""
    GetUniverseSchematicsSchematicId = get_universe_schematics_schematic_id
    def get_universe_stargates_stargate_id(self, *, stargate_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseStargatesStargateId:
        """GET /universe/stargates/{stargate_id}: everything in one answer. Public."""
    GetUniverseStargatesStargateId = get_universe_stargates_stargate_id
    def get_universe_stars_star_id(self, *, star_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseStarsStarId:
        """GET /universe/stars/{star_id}: everything in one answer. Public."""
    GetUniverseStarsStarId = get_universe_stars_star_id
    def get_universe_stations_station_id(self, *, station_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseStationsStationId:
        """GET /universe/stations/{station_id}: everything in one answer. Public."""
    GetUniverseStationsStationId = get_universe_stations_station_id
    def get_universe_structures(self, *, filter: Literal['market', 'manufacturing_basic'] | None = None, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/structures: everything in one answer. Public."""
    GetUniverseStructures = get_universe_structures
    def get_universe_structures_structure_id(self, *, structure_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseStructuresStructureId:
        """GET /universe/structures/{structure_id}: everything in one answer. Needs esi-universe.read_structures.v1."""
    GetUniverseStructuresStructureId = get_universe_structures_structure_id
    def get_universe_system_jumps(self, *, character: int | str | None = None, refresh: bool = False) -> list[UniverseSystemJumps]:
        """GET /universe/system_jumps: everything in one answer. Public."""
    GetUniverseSystemJumps = get_universe_system_jumps
    def get_universe_system_kills(self, *, character: int | str | None = None, refresh: bool = False) -> list[UniverseSystemKills]:
        """GET /universe/system_kills: everything in one answer. Public."""
    GetUniverseSystemKills = get_universe_system_kills
    def get_universe_systems(self, *, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/systems: everything in one answer. Public."""
    GetUniverseSystems = get_universe_systems
    def get_universe_systems_system_id(self, *, system_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseSystemsSystemId:
        """GET /universe/systems/{system_id}: everything in one answer. Public."""
    GetUniverseSystemsSystemId = get_universe_systems_system_id
    def get_universe_types(self, *, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """GET /universe/types: all pages, as one snapshot. Public."""
    GetUniverseTypes = get_universe_types
    def get_universe_types_type_id(self, *, type_id: int, character: int | str | None = None, refresh: bool = False) -> UniverseTypesTypeId:
        """GET /universe/types/{type_id}: everything in one answer. Public."""
    GetUniverseTypesTypeId = get_universe_types_type_id
    def get_wars(self, *, max_war_id: int | None = None, character: int | str | None = None, refresh: bool = False, until: int | str | None = None, max_records: int | None = None) -> list[int]:
        """GET /wars: the whole list, to its end. Public."""
    GetWars = get_wars
    def get_wars_war_id(self, *, war_id: int, character: int | str | None = None, refresh: bool = False) -> WarsWarId:
        """GET /wars/{war_id}: everything in one answer. Public."""
    GetWarsWarId = get_wars_war_id
    def get_wars_war_id_killmails(self, *, war_id: int, page: int | None = None, character: int | str | None = None, refresh: bool = False) -> list[WarsWarIdKillmails]:
        """GET /wars/{war_id}/killmails: all pages, as one snapshot. Public."""
    GetWarsWarIdKillmails = get_wars_war_id_killmails
    def post_characters_affiliation(self, *, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> list[CharactersAffiliation]:
        """POST /characters/affiliation: everything in one answer. Public."""
    PostCharactersAffiliation = post_characters_affiliation
    def post_characters_character_id_assets_locations(self, *, character_id: int, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdAssetsLocations]:
        """POST /characters/{character_id}/assets/locations: everything in one answer. Needs esi-assets.read_assets.v1."""
    PostCharactersCharacterIdAssetsLocations = post_characters_character_id_assets_locations
    def post_characters_character_id_assets_names(self, *, character_id: int, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> list[CharactersCharacterIdAssetsNames]:
        """POST /characters/{character_id}/assets/names: everything in one answer. Needs esi-assets.read_assets.v1."""
    PostCharactersCharacterIdAssetsNames = post_characters_character_id_assets_names
    def post_characters_character_id_contacts(self, *, character_id: int, standing: float, body: Collection[int], label_ids: Collection[int] | None = None, watched: bool | None = None, character: int | str | None = None, refresh: bool = False) -> list[int]:
        """POST /characters/{character_id}/contacts: changes something; sent once, never repeated. Needs esi-characters.write_contacts.v1."""
    PostCharactersCharacterIdContacts = post_characters_character_id_contacts
    def post_characters_character_id_cspa(self, *, character_id: int, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> float:
        """POST /characters/{character_id}/cspa: everything in one answer. Needs esi-characters.read_contacts.v1."""
    PostCharactersCharacterIdCspa = post_characters_character_id_cspa
    def post_characters_character_id_fittings(self, *, character_id: int, body: PostCharactersCharacterIdFittingsBody, character: int | str | None = None, refresh: bool = False) -> CharactersCharacterIdFittings:
        """POST /characters/{character_id}/fittings: changes something; sent once, never repeated. Needs esi-fittings.write_fittings.v1."""
    PostCharactersCharacterIdFittings = post_characters_character_id_fittings
    def post_characters_character_id_mail(self, *, character_id: int, body: PostCharactersCharacterIdMailBody, character: int | str | None = None, refresh: bool = False) -> int:
        """POST /characters/{character_id}/mail: changes something; sent once, never repeated. Needs esi-mail.send_mail.v1."""
    PostCharactersCharacterIdMail = post_characters_character_id_mail
    def post_characters_character_id_mail_labels(self, *, character_id: int, body: PostCharactersCharacterIdMailLabelsBody, character: int | str | None = None, refresh: bool = False) -> int:
        """POST /characters/{character_id}/mail/labels: changes something; sent once, never repeated. Needs esi-mail.organize_mail.v1."""
    PostCharactersCharacterIdMailLabels = post_characters_character_id_mail_labels
    def post_corporations_corporation_id_assets_locations(self, *, corporation_id: int, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdAssetsLocations]:
        """POST /corporations/{corporation_id}/assets/locations: everything in one answer. Needs esi-assets.read_corporation_assets.v1."""
    PostCorporationsCorporationIdAssetsLocations = post_corporations_corporation_id_assets_locations
    def post_corporations_corporation_id_assets_names(self, *, corporation_id: int, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> list[CorporationsCorporationIdAssetsNames]:
        """POST /corporations/{corporation_id}/assets/names: everything in one answer. Needs esi-assets.read_corporation_assets.v1."""
    PostCorporationsCorporationIdAssetsNames = post_corporations_corporation_id_assets_names
    def post_fleets_fleet_id_members(self, *, fleet_id: int, body: PostFleetsFleetIdMembersBody, character: int | str | None = None, refresh: bool = False) -> None:
        """POST /fleets/{fleet_id}/members: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PostFleetsFleetIdMembers = post_fleets_fleet_id_members
    def post_fleets_fleet_id_wings(self, *, fleet_id: int, character: int | str | None = None, refresh: bool = False) -> FleetsFleetIdWings:
        """POST /fleets/{fleet_id}/wings: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PostFleetsFleetIdWings = post_fleets_fleet_id_wings
    def post_fleets_fleet_id_wings_wing_id_squads(self, *, fleet_id: int, wing_id: int, character: int | str | None = None, refresh: bool = False) -> FleetsFleetIdWingsWingIdSquads:
        """POST /fleets/{fleet_id}/wings/{wing_id}/squads: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PostFleetsFleetIdWingsWingIdSquads = post_fleets_fleet_id_wings_wing_id_squads
    def post_route(self, *, origin_system_id: int, destination_system_id: int, body: PostRouteBody, character: int | str | None = None, refresh: bool = False) -> Route:
        """POST /route/{origin_system_id}/{destination_system_id}: everything in one answer. Public."""
    PostRoute = post_route
    def post_ui_autopilot_waypoint(self, *, destination_id: int, add_to_beginning: bool | None = False, clear_other_waypoints: bool | None = False, character: int | str | None = None, refresh: bool = False) -> None:
        """POST /ui/autopilot/waypoint: changes something; sent once, never repeated. Needs esi-ui.write_waypoint.v1."""
    PostUiAutopilotWaypoint = post_ui_autopilot_waypoint
    def post_ui_openwindow_contract(self, *, contract_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """POST /ui/openwindow/contract: changes something; sent once, never repeated. Needs esi-ui.open_window.v1."""
    PostUiOpenwindowContract = post_ui_openwindow_contract
    def post_ui_openwindow_information(self, *, target_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """POST /ui/openwindow/information: changes something; sent once, never repeated. Needs esi-ui.open_window.v1."""
    PostUiOpenwindowInformation = post_ui_openwindow_information
    def post_ui_openwindow_marketdetails(self, *, type_id: int, character: int | str | None = None, refresh: bool = False) -> None:
        """POST /ui/openwindow/marketdetails: changes something; sent once, never repeated. Needs esi-ui.open_window.v1."""
    PostUiOpenwindowMarketdetails = post_ui_openwindow_marketdetails
    def post_ui_openwindow_newmail(self, *, body: PostUiOpenwindowNewmailBody, character: int | str | None = None, refresh: bool = False) -> None:
        """POST /ui/openwindow/newmail: changes something; sent once, never repeated. Needs esi-ui.open_window.v1."""
    PostUiOpenwindowNewmail = post_ui_openwindow_newmail
    def post_universe_ids(self, *, body: Collection[str], character: int | str | None = None, refresh: bool = False) -> UniverseIds:
        """POST /universe/ids: everything in one answer. Public."""
    PostUniverseIds = post_universe_ids
    def post_universe_names(self, *, body: Collection[int], character: int | str | None = None, refresh: bool = False) -> list[UniverseNames]:
        """POST /universe/names: everything in one answer. Public."""
    PostUniverseNames = post_universe_names
    def put_characters_character_id_calendar_event_id(self, *, character_id: int, event_id: int, body: PutCharactersCharacterIdCalendarEventIdBody, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /characters/{character_id}/calendar/{event_id}: changes something; sent once, never repeated. Needs esi-calendar.respond_calendar_events.v1."""
    PutCharactersCharacterIdCalendarEventId = put_characters_character_id_calendar_event_id
    def put_characters_character_id_contacts(self, *, character_id: int, standing: float, body: Collection[int], label_ids: Collection[int] | None = None, watched: bool | None = None, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /characters/{character_id}/contacts: changes something; sent once, never repeated. Needs esi-characters.write_contacts.v1."""
    PutCharactersCharacterIdContacts = put_characters_character_id_contacts
    def put_characters_character_id_mail_mail_id(self, *, character_id: int, mail_id: int, body: PutCharactersCharacterIdMailMailIdBody, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /characters/{character_id}/mail/{mail_id}: changes something; sent once, never repeated. Needs esi-mail.organize_mail.v1."""
    PutCharactersCharacterIdMailMailId = put_characters_character_id_mail_mail_id
    def put_fleets_fleet_id(self, *, fleet_id: int, body: PutFleetsFleetIdBody, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /fleets/{fleet_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PutFleetsFleetId = put_fleets_fleet_id
    def put_fleets_fleet_id_members_member_id(self, *, fleet_id: int, member_id: int, body: PutFleetsFleetIdMembersMemberIdBody, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /fleets/{fleet_id}/members/{member_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PutFleetsFleetIdMembersMemberId = put_fleets_fleet_id_members_member_id
    def put_fleets_fleet_id_squads_squad_id(self, *, fleet_id: int, squad_id: int, body: PutFleetsFleetIdSquadsSquadIdBody, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /fleets/{fleet_id}/squads/{squad_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PutFleetsFleetIdSquadsSquadId = put_fleets_fleet_id_squads_squad_id
    def put_fleets_fleet_id_wings_wing_id(self, *, fleet_id: int, wing_id: int, body: PutFleetsFleetIdSquadsSquadIdBody, character: int | str | None = None, refresh: bool = False) -> None:
        """PUT /fleets/{fleet_id}/wings/{wing_id}: changes something; sent once, never repeated. Needs esi-fleets.write_fleet.v1."""
    PutFleetsFleetIdWingsWingId = put_fleets_fleet_id_wings_wing_id
