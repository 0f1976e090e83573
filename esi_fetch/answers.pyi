"""What answers look like. Made by scripts/make_stubs.py from the catalog of 2026-08-18."""

from typing import Any
from typing_extensions import NotRequired, TypedDict

class AlliancesAllianceId(TypedDict):
    creator_corporation_id: int
    creator_id: int
    date_founded: str
    executor_corporation_id: NotRequired[int]
    faction_id: NotRequired[int]
    name: str
    ticker: str

class AlliancesAllianceIdContacts(TypedDict):
    contact_id: int
    contact_type: str
    label_ids: NotRequired[list[int]]
    standing: float

class AlliancesAllianceIdContactsLabels(TypedDict):
    label_id: int
    label_name: str

CharactersCharacterIdContactsLabels = AlliancesAllianceIdContactsLabels

CorporationsCorporationIdContactsLabels = AlliancesAllianceIdContactsLabels

class AlliancesAllianceIdIcons(TypedDict):
    px128x128: NotRequired[str]
    px64x64: NotRequired[str]

class CharactersAccessListsDetailMembershipAlliances(TypedDict):
    access: str
    alliance_id: int

class CharactersAccessListsDetailMembershipCharacters(TypedDict):
    access: str
    character_id: int

class CharactersAccessListsDetailMembershipCorporations(TypedDict):
    access: str
    corporation_id: int

class CharactersAccessListsDetailMembership(TypedDict):
    alliances: list[CharactersAccessListsDetailMembershipAlliances]
    allow_everyone: bool
    characters: list[CharactersAccessListsDetailMembershipCharacters]
    corporations: list[CharactersAccessListsDetailMembershipCorporations]

class CharactersAccessListsDetail(TypedDict):
    description: str
    id: int
    membership: CharactersAccessListsDetailMembership
    name: str

class CharactersAccessListsListingAccessLists(TypedDict):
    id: int

class CharactersAccessListsListing(TypedDict):
    access_lists: list[CharactersAccessListsListingAccessLists]

class CharactersCharacterIdAgentsResearch(TypedDict):
    agent_id: int
    points_per_day: float
    remainder_points: float
    skill_type_id: int
    started_at: str

class CharactersCharacterIdAssets(TypedDict):
    is_blueprint_copy: NotRequired[bool]
    is_singleton: bool
    item_id: int
    location_flag: str
    location_id: int
    location_type: str
    quantity: int
    type_id: int

class CharactersCharacterIdAttributes(TypedDict):
    accrued_remap_cooldown_date: NotRequired[str]
    bonus_remaps: NotRequired[int]
    charisma: int
    intelligence: int
    last_remap_date: NotRequired[str]
    memory: int
    perception: int
    willpower: int

class CharactersCharacterIdBlueprints(TypedDict):
    item_id: int
    location_flag: str
    location_id: int
    material_efficiency: int
    quantity: int
    runs: int
    time_efficiency: int
    type_id: int

class CharactersCharacterIdCalendar(TypedDict):
    event_date: NotRequired[str]
    event_id: NotRequired[int]
    event_response: NotRequired[str]
    importance: NotRequired[int]
    title: NotRequired[str]

class CharactersCharacterIdCalendarEventId(TypedDict):
    date: str
    duration: int
    event_id: int
    importance: int
    owner_id: int
    owner_name: str
    owner_type: str
    response: str
    text: str
    title: str

class CharactersCharacterIdCalendarEventIdAttendees(TypedDict):
    character_id: NotRequired[int]
    event_response: NotRequired[str]

class CharactersCharacterIdClonesHomeLocation(TypedDict):
    location_id: NotRequired[int]
    location_type: NotRequired[str]

class CharactersCharacterIdClonesJumpClones(TypedDict):
    implants: list[int]
    jump_clone_id: int
    location_id: int
    location_type: str
    name: NotRequired[str]

class CharactersCharacterIdClones(TypedDict):
    home_location: NotRequired[CharactersCharacterIdClonesHomeLocation]
    jump_clones: list[CharactersCharacterIdClonesJumpClones]
    last_clone_jump_date: NotRequired[str]
    last_station_change_date: NotRequired[str]

class CharactersCharacterIdContacts(TypedDict):
    contact_id: int
    contact_type: str
    is_blocked: NotRequired[bool]
    is_watched: NotRequired[bool]
    label_ids: NotRequired[list[int]]
    standing: float

class CharactersCharacterIdContracts(TypedDict):
    acceptor_id: int
    assignee_id: int
    availability: str
    buyout: NotRequired[float]
    collateral: NotRequired[float]
    contract_id: int
    date_accepted: NotRequired[str]
    date_completed: NotRequired[str]
    date_expired: str
    date_issued: str
    days_to_complete: NotRequired[int]
    end_location_id: NotRequired[int]
    for_corporation: bool
    issuer_corporation_id: int
    issuer_id: int
    price: NotRequired[float]
    reward: NotRequired[float]
    start_location_id: NotRequired[int]
    status: str
    title: NotRequired[str]
    type: str
    volume: NotRequired[float]

CorporationsCorporationIdContracts = CharactersCharacterIdContracts

class CharactersCharacterIdContractsContractIdBids(TypedDict):
    amount: float
    bid_id: int
    bidder_id: int
    date_bid: str

CorporationsCorporationIdContractsContractIdBids = CharactersCharacterIdContractsContractIdBids

class CharactersCharacterIdContractsContractIdItems(TypedDict):
    is_included: bool
    is_singleton: bool
    quantity: int
    raw_quantity: NotRequired[int]
    record_id: int
    type_id: int

CorporationsCorporationIdContractsContractIdItems = CharactersCharacterIdContractsContractIdItems

class CharactersCharacterIdCorporationhistory(TypedDict):
    corporation_id: int
    is_deleted: NotRequired[bool]
    record_id: int
    start_date: str

class CharactersCharacterIdFatigue(TypedDict):
    jump_fatigue_expire_date: NotRequired[str]
    last_jump_date: NotRequired[str]
    last_update_date: NotRequired[str]

class CharactersCharacterIdFittingsItems(TypedDict):
    flag: str
    quantity: int
    type_id: int

class CharactersCharacterIdFittings(TypedDict):
    description: str
    fitting_id: int
    items: list[CharactersCharacterIdFittingsItems]
    name: str
    ship_type_id: int

class CharactersCharacterIdFleet(TypedDict):
    fleet_boss_id: int
    fleet_id: int
    role: str
    squad_id: int
    wing_id: int

class CharactersCharacterIdFwStatsKills(TypedDict):
    last_week: int
    total: int
    yesterday: int

class CharactersCharacterIdFwStats(TypedDict):
    current_rank: NotRequired[int]
    enlisted_on: NotRequired[str]
    faction_id: NotRequired[int]
    highest_rank: NotRequired[int]
    kills: CharactersCharacterIdFwStatsKills
    victory_points: CharactersCharacterIdFwStatsKills

class CharactersCharacterIdIndustryJobs(TypedDict):
    activity_id: int
    blueprint_id: int
    blueprint_location_id: int
    blueprint_type_id: int
    completed_character_id: NotRequired[int]
    completed_date: NotRequired[str]
    cost: NotRequired[float]
    duration: int
    end_date: str
    facility_id: int
    installer_id: int
    job_id: int
    licensed_runs: NotRequired[int]
    output_location_id: int
    pause_date: NotRequired[str]
    probability: NotRequired[float]
    product_type_id: NotRequired[int]
    runs: int
    start_date: str
    station_id: int
    status: str
    successful_runs: NotRequired[int]

class CharactersCharacterIdKillmailsRecent(TypedDict):
    killmail_hash: str
    killmail_id: int

CorporationsCorporationIdKillmailsRecent = CharactersCharacterIdKillmailsRecent

WarsWarIdKillmails = CharactersCharacterIdKillmailsRecent

class CharactersCharacterIdLocation(TypedDict):
    solar_system_id: int
    station_id: NotRequired[int]
    structure_id: NotRequired[int]

class CharactersCharacterIdLoyaltyPoints(TypedDict):
    corporation_id: int
    loyalty_points: int

class CharactersCharacterIdMailRecipients(TypedDict):
    recipient_id: int
    recipient_type: str

CharactersCharacterIdMail = TypedDict('CharactersCharacterIdMail', {
    'from': NotRequired[int],
    'is_read': NotRequired[bool],
    'labels': NotRequired[list[int]],
    'mail_id': NotRequired[int],
    'recipients': NotRequired[list[CharactersCharacterIdMailRecipients]],
    'subject': NotRequired[str],
    'timestamp': NotRequired[str],
})

class CharactersCharacterIdMailLabelsLabels(TypedDict):
    color: NotRequired[str]
    label_id: NotRequired[int]
    name: NotRequired[str]
    unread_count: NotRequired[int]

class CharactersCharacterIdMailLabels(TypedDict):
    labels: NotRequired[list[CharactersCharacterIdMailLabelsLabels]]
    total_unread_count: NotRequired[int]

class CharactersCharacterIdMailLists(TypedDict):
    mailing_list_id: int
    name: str

CharactersCharacterIdMailMailId = TypedDict('CharactersCharacterIdMailMailId', {
    'body': NotRequired[str],
    'from': NotRequired[int],
    'labels': NotRequired[list[int]],
    'read': NotRequired[bool],
    'recipients': NotRequired[list[CharactersCharacterIdMailRecipients]],
    'subject': NotRequired[str],
    'timestamp': NotRequired[str],
})

class CharactersCharacterIdMedalsGraphics(TypedDict):
    color: NotRequired[int]
    graphic: str
    layer: int
    part: int

class CharactersCharacterIdMedals(TypedDict):
    corporation_id: int
    date: str
    description: str
    graphics: list[CharactersCharacterIdMedalsGraphics]
    issuer_id: int
    medal_id: int
    reason: str
    status: str
    title: str

class CharactersCharacterIdMining(TypedDict):
    date: str
    quantity: int
    solar_system_id: int
    type_id: int

class CharactersCharacterIdNotifications(TypedDict):
    is_read: NotRequired[bool]
    notification_id: int
    sender_id: int
    sender_type: str
    text: NotRequired[str]
    timestamp: str
    type: str

class CharactersCharacterIdNotificationsContacts(TypedDict):
    message: str
    notification_id: int
    send_date: str
    sender_character_id: int
    standing_level: float

class CharactersCharacterIdOnline(TypedDict):
    last_login: NotRequired[str]
    last_logout: NotRequired[str]
    logins: NotRequired[int]
    online: bool

class CharactersCharacterIdOrders(TypedDict):
    duration: int
    escrow: NotRequired[float]
    is_buy_order: NotRequired[bool]
    is_corporation: bool
    issued: str
    location_id: int
    min_volume: NotRequired[int]
    order_id: int
    price: float
    range: str
    region_id: int
    type_id: int
    volume_remain: int
    volume_total: int

class CharactersCharacterIdOrdersHistory(TypedDict):
    duration: int
    escrow: NotRequired[float]
    is_buy_order: NotRequired[bool]
    is_corporation: bool
    issued: str
    location_id: int
    min_volume: NotRequired[int]
    order_id: int
    price: float
    range: str
    region_id: int
    state: str
    type_id: int
    volume_remain: int
    volume_total: int

class CharactersCharacterIdPlanets(TypedDict):
    last_update: str
    num_pins: int
    owner_id: int
    planet_id: int
    planet_type: str
    solar_system_id: int
    upgrade_level: int

class CharactersCharacterIdPlanetsPlanetIdLinks(TypedDict):
    destination_pin_id: int
    link_level: int
    source_pin_id: int

class CharactersCharacterIdPlanetsPlanetIdPinsContents(TypedDict):
    amount: int
    type_id: int

class CharactersCharacterIdPlanetsPlanetIdPinsExtractorDetailsHeads(TypedDict):
    head_id: int
    latitude: float
    longitude: float

class CharactersCharacterIdPlanetsPlanetIdPinsExtractorDetails(TypedDict):
    cycle_time: NotRequired[int]
    head_radius: NotRequired[float]
    heads: list[CharactersCharacterIdPlanetsPlanetIdPinsExtractorDetailsHeads]
    product_type_id: NotRequired[int]
    qty_per_cycle: NotRequired[int]

class CharactersCharacterIdPlanetsPlanetIdPinsFactoryDetails(TypedDict):
    schematic_id: int

class CharactersCharacterIdPlanetsPlanetIdPins(TypedDict):
    contents: NotRequired[list[CharactersCharacterIdPlanetsPlanetIdPinsContents]]
    expiry_time: NotRequired[str]
    extractor_details: NotRequired[CharactersCharacterIdPlanetsPlanetIdPinsExtractorDetails]
    factory_details: NotRequired[CharactersCharacterIdPlanetsPlanetIdPinsFactoryDetails]
    install_time: NotRequired[str]
    last_cycle_start: NotRequired[str]
    latitude: float
    longitude: float
    pin_id: int
    schematic_id: NotRequired[int]
    type_id: int

class CharactersCharacterIdPlanetsPlanetIdRoutes(TypedDict):
    content_type_id: int
    destination_pin_id: int
    quantity: float
    route_id: int
    source_pin_id: int
    waypoints: NotRequired[list[int]]

class CharactersCharacterIdPlanetsPlanetId(TypedDict):
    links: list[CharactersCharacterIdPlanetsPlanetIdLinks]
    pins: list[CharactersCharacterIdPlanetsPlanetIdPins]
    routes: list[CharactersCharacterIdPlanetsPlanetIdRoutes]

class CharactersCharacterIdPortrait(TypedDict):
    px128x128: NotRequired[str]
    px256x256: NotRequired[str]
    px512x512: NotRequired[str]
    px64x64: NotRequired[str]

class CharactersCharacterIdRoles(TypedDict):
    roles: NotRequired[list[str]]
    roles_at_base: NotRequired[list[str]]
    roles_at_hq: NotRequired[list[str]]
    roles_at_other: NotRequired[list[str]]

class CharactersCharacterIdSearch(TypedDict):
    agent: NotRequired[list[int]]
    alliance: NotRequired[list[int]]
    character: NotRequired[list[int]]
    constellation: NotRequired[list[int]]
    corporation: NotRequired[list[int]]
    faction: NotRequired[list[int]]
    inventory_type: NotRequired[list[int]]
    region: NotRequired[list[int]]
    solar_system: NotRequired[list[int]]
    station: NotRequired[list[int]]
    structure: NotRequired[list[int]]

class CharactersCharacterIdShip(TypedDict):
    ship_item_id: int
    ship_name: str
    ship_type_id: int

class CharactersCharacterIdSkillqueue(TypedDict):
    finish_date: NotRequired[str]
    finished_level: int
    level_end_sp: NotRequired[int]
    level_start_sp: NotRequired[int]
    queue_position: int
    skill_id: int
    start_date: NotRequired[str]
    training_start_sp: NotRequired[int]

class CharactersCharacterIdSkillsSkills(TypedDict):
    active_skill_level: int
    skill_id: int
    skillpoints_in_skill: int
    trained_skill_level: int

class CharactersCharacterIdSkills(TypedDict):
    skills: list[CharactersCharacterIdSkillsSkills]
    total_sp: int
    unallocated_sp: NotRequired[int]

class CharactersCharacterIdStandings(TypedDict):
    from_id: int
    from_type: str
    standing: float

CorporationsCorporationIdStandings = CharactersCharacterIdStandings

class CharactersCharacterIdTitles(TypedDict):
    name: NotRequired[str]
    title_id: NotRequired[int]

class CharactersCharacterIdWalletJournal(TypedDict):
    amount: NotRequired[float]
    balance: NotRequired[float]
    context_id: NotRequired[int]
    context_id_type: NotRequired[str]
    date: str
    description: str
    first_party_id: NotRequired[int]
    id: int
    reason: NotRequired[str]
    ref_type: str
    second_party_id: NotRequired[int]
    tax: NotRequired[float]
    tax_receiver_id: NotRequired[int]

CorporationsCorporationIdWalletsDivisionJournal = CharactersCharacterIdWalletJournal

class CharactersCharacterIdWalletTransactions(TypedDict):
    client_id: int
    date: str
    is_buy: bool
    is_personal: bool
    journal_ref_id: int
    location_id: int
    quantity: int
    transaction_id: int
    type_id: int
    unit_price: float

class CharactersCosmeticsSkinrLicenses(TypedDict):
    activated: bool
    skinr_id: str
    unactivated: int

class CharactersCosmeticsSkinr(TypedDict):
    licenses: list[CharactersCosmeticsSkinrLicenses]

class CharactersCosmeticsSkinrComponentsLicensesRuns(TypedDict):
    remaining: NotRequired[int]
    unlimited: NotRequired[bool]

class CharactersCosmeticsSkinrComponentsLicenses(TypedDict):
    component_id: int
    runs: CharactersCosmeticsSkinrComponentsLicensesRuns
    type: str

class CharactersCosmeticsSkinrComponents(TypedDict):
    licenses: list[CharactersCosmeticsSkinrComponentsLicenses]

class CharactersDetail(TypedDict):
    achievement_score: int
    alliance_id: NotRequired[int]
    birthday: str
    bloodline_id: int
    character_title_id: NotRequired[str]
    corporation_id: int
    corporation_title: NotRequired[str]
    description: NotRequired[str]
    faction_id: NotRequired[int]
    gender: str
    name: str
    race_id: int
    security_status: NotRequired[float]

class CorporationsFreelanceJobsListingProgress(TypedDict):
    current: int
    desired: int

class CorporationsFreelanceJobsListingReward(TypedDict):
    initial: float
    remaining: float

class CorporationsFreelanceJobsListing(TypedDict):
    id: str
    last_modified: str
    name: str
    progress: CorporationsFreelanceJobsListingProgress
    reward: NotRequired[CorporationsFreelanceJobsListingReward]
    state: str

CorporationsProjectsListing = CorporationsFreelanceJobsListing

FreelanceJobsListing = CorporationsFreelanceJobsListing

class CharactersFreelanceJobsListing(TypedDict):
    freelance_jobs: list[CorporationsFreelanceJobsListing]

class CharactersFreelanceJobsParticipation(TypedDict):
    contributed: int
    last_modified: str
    state: str

class CharactersMercenaryTacticalOperationsDetail(TypedDict):
    dungeon_type_id: int
    expires: str
    id: str
    mercenary_den_id: int
    state: str

class CharactersMercenaryTacticalOperationsListingOperations(TypedDict):
    id: str
    mercenary_den_id: int

class CharactersMercenaryTacticalOperationsListing(TypedDict):
    operations: list[CharactersMercenaryTacticalOperationsListingOperations]

class CharactersMilitaryCampaignsObjectivesListing(TypedDict):
    campaign_id: str
    contributed: int
    id: str
    is_committed: bool
    last_modified: str

CharactersMilitaryCampaignsObjectivesParticipation = CharactersMilitaryCampaignsObjectivesListing

class CharactersMilitaryCampaignsObjectivesListingPieceCursor(TypedDict):
    after: NotRequired[str]
    before: NotRequired[str]

class CharactersMilitaryCampaignsObjectivesListingPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    objectives: list[CharactersMilitaryCampaignsObjectivesListing]

class CharactersParagonHubSkinrPrice(TypedDict):
    isk: NotRequired[float]
    plex: NotRequired[int]

class CharactersParagonHubSkinrTarget(TypedDict):
    character_id: NotRequired[int]
    corporation_id: NotRequired[int]
    alliance_id: NotRequired[int]
    public: NotRequired[bool]

class CharactersParagonHubSkinr(TypedDict):
    created: str
    expires: str
    id: str
    last_modified: str
    price: CharactersParagonHubSkinrPrice
    quantity: int
    seller_id: int
    skinr_id: str
    state: str
    target: CharactersParagonHubSkinrTarget

class CharactersParagonHubSkinrPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    listings: list[CharactersParagonHubSkinr]

class CharactersStructuresMercenaryDensDetailEvolutionAnarchy(TypedDict):
    amount: int
    level: str

class CharactersStructuresMercenaryDensDetailEvolution(TypedDict):
    anarchy: CharactersStructuresMercenaryDensDetailEvolutionAnarchy
    development: CharactersStructuresMercenaryDensDetailEvolutionAnarchy

class CharactersStructuresMercenaryDensDetailInfomorphs(TypedDict):
    amount: int

class CharactersStructuresMercenaryDensDetailReinforcementTimer(TypedDict):
    end: str

class CharactersStructuresMercenaryDensDetailSkyhook(TypedDict):
    corporation_id: int
    id: int
    planet_id: int

class CharactersStructuresMercenaryDensDetail(TypedDict):
    evolution: CharactersStructuresMercenaryDensDetailEvolution
    id: int
    infomorphs: CharactersStructuresMercenaryDensDetailInfomorphs
    reinforcement_timer: NotRequired[CharactersStructuresMercenaryDensDetailReinforcementTimer]
    skyhook: CharactersStructuresMercenaryDensDetailSkyhook
    state: str
    type_id: int

class CharactersStructuresMercenaryDensListingMercenaryDens(TypedDict):
    id: int
    planet_id: int

class CharactersStructuresMercenaryDensListing(TypedDict):
    mercenary_dens: list[CharactersStructuresMercenaryDensListingMercenaryDens]

class ContractsPublicBidsContractId(TypedDict):
    amount: float
    bid_id: int
    date_bid: str

class ContractsPublicItemsContractId(TypedDict):
    is_blueprint_copy: NotRequired[bool]
    is_included: bool
    item_id: NotRequired[int]
    material_efficiency: NotRequired[int]
    quantity: int
    record_id: int
    runs: NotRequired[int]
    time_efficiency: NotRequired[int]
    type_id: int

class ContractsPublicRegionId(TypedDict):
    buyout: NotRequired[float]
    collateral: NotRequired[float]
    contract_id: int
    date_expired: str
    date_issued: str
    days_to_complete: NotRequired[int]
    end_location_id: NotRequired[int]
    for_corporation: NotRequired[bool]
    issuer_corporation_id: int
    issuer_id: int
    price: NotRequired[float]
    reward: NotRequired[float]
    start_location_id: NotRequired[int]
    title: NotRequired[str]
    type: str
    volume: NotRequired[float]

class CorporationCorporationIdMiningExtractions(TypedDict):
    chunk_arrival_time: str
    extraction_start_time: str
    moon_id: int
    natural_decay_time: str
    structure_id: int

class CorporationCorporationIdMiningObservers(TypedDict):
    last_updated: str
    observer_id: int
    observer_type: str

class CorporationCorporationIdMiningObserversObserverId(TypedDict):
    character_id: int
    last_updated: str
    quantity: int
    recorded_corporation_id: int
    type_id: int

class CorporationsCorporationIdPalette(TypedDict):
    main_color: str
    secondary_color: NotRequired[str]
    tertiary_color: NotRequired[str]

class CorporationsCorporationIdTaxRates(TypedDict):
    isk: float
    loyalty_point: float

class CorporationsCorporationId(TypedDict):
    alliance_id: NotRequired[int]
    ceo_id: NotRequired[int]
    creator_id: NotRequired[int]
    date_founded: NotRequired[str]
    description: str
    enlisted_faction_id: NotRequired[int]
    friendly_fire: str
    home_station_id: int
    member_count: int
    name: str
    palette: NotRequired[CorporationsCorporationIdPalette]
    shares: int
    state: str
    tax_rates: CorporationsCorporationIdTaxRates
    ticker: str
    type: str
    url: NotRequired[str]
    war_eligible: bool

class CorporationsCorporationIdAlliancehistory(TypedDict):
    alliance_id: NotRequired[int]
    is_deleted: NotRequired[bool]
    record_id: int
    start_date: str

class CorporationsCorporationIdAssets(TypedDict):
    is_blueprint_copy: NotRequired[bool]
    is_singleton: bool
    item_id: int
    location_flag: str
    location_id: int
    location_type: str
    quantity: int
    type_id: int

class CorporationsCorporationIdBlueprints(TypedDict):
    item_id: int
    location_flag: str
    location_id: int
    material_efficiency: int
    quantity: int
    runs: int
    time_efficiency: int
    type_id: int

class CorporationsCorporationIdContacts(TypedDict):
    contact_id: int
    contact_type: str
    is_watched: NotRequired[bool]
    label_ids: NotRequired[list[int]]
    standing: float

class CorporationsCorporationIdContainersLogs(TypedDict):
    action: str
    character_id: int
    container_id: int
    container_type_id: int
    location_flag: str
    location_id: int
    logged_at: str
    new_config_bitmask: NotRequired[int]
    old_config_bitmask: NotRequired[int]
    password_type: NotRequired[str]
    quantity: NotRequired[int]
    type_id: NotRequired[int]

class CorporationsCorporationIdCustomsOffices(TypedDict):
    alliance_tax_rate: NotRequired[float]
    allow_access_with_standings: bool
    allow_alliance_access: bool
    bad_standing_tax_rate: NotRequired[float]
    corporation_tax_rate: NotRequired[float]
    excellent_standing_tax_rate: NotRequired[float]
    good_standing_tax_rate: NotRequired[float]
    neutral_standing_tax_rate: NotRequired[float]
    office_id: int
    reinforce_exit_end: int
    reinforce_exit_start: int
    standing_level: NotRequired[str]
    system_id: int
    terrible_standing_tax_rate: NotRequired[float]
    type_id: NotRequired[int]

class CorporationsCorporationIdDivisionsHangar(TypedDict):
    division: NotRequired[int]
    name: NotRequired[str]

class CorporationsCorporationIdDivisions(TypedDict):
    hangar: NotRequired[list[CorporationsCorporationIdDivisionsHangar]]
    wallet: NotRequired[list[CorporationsCorporationIdDivisionsHangar]]

class CorporationsCorporationIdFacilities(TypedDict):
    facility_id: int
    system_id: int
    type_id: int

class CorporationsCorporationIdFwStats(TypedDict):
    enlisted_on: NotRequired[str]
    faction_id: NotRequired[int]
    kills: CharactersCharacterIdFwStatsKills
    pilots: NotRequired[int]
    victory_points: CharactersCharacterIdFwStatsKills

class CorporationsCorporationIdIcons(TypedDict):
    px128x128: NotRequired[str]
    px256x256: NotRequired[str]
    px64x64: NotRequired[str]

class CorporationsCorporationIdIndustryJobs(TypedDict):
    activity_id: int
    blueprint_id: int
    blueprint_location_id: int
    blueprint_type_id: int
    completed_character_id: NotRequired[int]
    completed_date: NotRequired[str]
    cost: NotRequired[float]
    duration: int
    end_date: str
    facility_id: int
    installer_id: int
    job_id: int
    licensed_runs: NotRequired[int]
    location_id: int
    output_location_id: int
    pause_date: NotRequired[str]
    probability: NotRequired[float]
    product_type_id: NotRequired[int]
    runs: int
    start_date: str
    status: str
    successful_runs: NotRequired[int]

class CorporationsCorporationIdMedals(TypedDict):
    created_at: str
    creator_id: int
    description: str
    medal_id: int
    title: str

class CorporationsCorporationIdMedalsIssued(TypedDict):
    character_id: int
    issued_at: str
    issuer_id: int
    medal_id: int
    reason: str
    status: str

class CorporationsCorporationIdMembersTitles(TypedDict):
    character_id: int
    titles: list[int]

class CorporationsCorporationIdMembertracking(TypedDict):
    base_id: NotRequired[int]
    character_id: int
    location_id: NotRequired[int]
    logoff_date: NotRequired[str]
    logon_date: NotRequired[str]
    ship_type_id: NotRequired[int]
    start_date: NotRequired[str]

class CorporationsCorporationIdOrders(TypedDict):
    duration: int
    escrow: NotRequired[float]
    is_buy_order: NotRequired[bool]
    issued: str
    issued_by: int
    location_id: int
    min_volume: NotRequired[int]
    order_id: int
    price: float
    range: str
    region_id: int
    type_id: int
    volume_remain: int
    volume_total: int
    wallet_division: int

class CorporationsCorporationIdOrdersHistory(TypedDict):
    duration: int
    escrow: NotRequired[float]
    is_buy_order: NotRequired[bool]
    issued: str
    issued_by: NotRequired[int]
    location_id: int
    min_volume: NotRequired[int]
    order_id: int
    price: float
    range: str
    region_id: int
    state: str
    type_id: int
    volume_remain: int
    volume_total: int
    wallet_division: int

class CorporationsCorporationIdRoles(TypedDict):
    character_id: int
    grantable_roles: NotRequired[list[str]]
    grantable_roles_at_base: NotRequired[list[str]]
    grantable_roles_at_hq: NotRequired[list[str]]
    grantable_roles_at_other: NotRequired[list[str]]
    roles: NotRequired[list[str]]
    roles_at_base: NotRequired[list[str]]
    roles_at_hq: NotRequired[list[str]]
    roles_at_other: NotRequired[list[str]]

class CorporationsCorporationIdRolesHistory(TypedDict):
    changed_at: str
    character_id: int
    issuer_id: int
    new_roles: list[str]
    old_roles: list[str]
    role_type: str

class CorporationsCorporationIdShareholders(TypedDict):
    share_count: int
    shareholder_id: int
    shareholder_type: str

class CorporationsCorporationIdStarbases(TypedDict):
    moon_id: NotRequired[int]
    onlined_since: NotRequired[str]
    reinforced_until: NotRequired[str]
    starbase_id: int
    state: NotRequired[str]
    system_id: int
    type_id: int
    unanchor_at: NotRequired[str]

class CorporationsCorporationIdStarbasesStarbaseIdFuels(TypedDict):
    quantity: int
    type_id: int

class CorporationsCorporationIdStarbasesStarbaseId(TypedDict):
    allow_alliance_members: bool
    allow_corporation_members: bool
    anchor: str
    attack_if_at_war: bool
    attack_if_other_security_status_dropping: bool
    attack_security_status_threshold: NotRequired[float]
    attack_standing_threshold: NotRequired[float]
    fuel_bay_take: str
    fuel_bay_view: str
    fuels: NotRequired[list[CorporationsCorporationIdStarbasesStarbaseIdFuels]]
    offline: str
    online: str
    unanchor: str
    use_alliance_standings: bool

class CorporationsCorporationIdStructuresServices(TypedDict):
    name: str
    state: str

class CorporationsCorporationIdStructures(TypedDict):
    corporation_id: int
    fuel_expires: NotRequired[str]
    name: NotRequired[str]
    next_reinforce_apply: NotRequired[str]
    next_reinforce_hour: NotRequired[int]
    profile_id: int
    reinforce_hour: NotRequired[int]
    services: NotRequired[list[CorporationsCorporationIdStructuresServices]]
    state: str
    state_timer_end: NotRequired[str]
    state_timer_start: NotRequired[str]
    structure_id: int
    system_id: int
    type_id: int
    unanchors_at: NotRequired[str]

class CorporationsCorporationIdTitles(TypedDict):
    grantable_roles: NotRequired[list[str]]
    grantable_roles_at_base: NotRequired[list[str]]
    grantable_roles_at_hq: NotRequired[list[str]]
    grantable_roles_at_other: NotRequired[list[str]]
    name: NotRequired[str]
    roles: NotRequired[list[str]]
    roles_at_base: NotRequired[list[str]]
    roles_at_hq: NotRequired[list[str]]
    roles_at_other: NotRequired[list[str]]
    title_id: NotRequired[int]

class CorporationsCorporationIdWallets(TypedDict):
    balance: float
    division: int

class CorporationsCorporationIdWalletsDivisionTransactions(TypedDict):
    client_id: int
    date: str
    is_buy: bool
    journal_ref_id: int
    location_id: int
    quantity: int
    transaction_id: int
    type_id: int
    unit_price: float

class CorporationsFreelanceJobsListingPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    freelance_jobs: list[CorporationsFreelanceJobsListing]

FreelanceJobsListingPiece = CorporationsFreelanceJobsListingPiece

class CorporationsFreelanceJobsParticipants(TypedDict):
    contributed: int
    id: int
    name: str
    state: str

class CorporationsFreelanceJobsParticipantsPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    participants: list[CorporationsFreelanceJobsParticipants]

class CorporationsProjectsContribution(TypedDict):
    contributed: int
    last_modified: NotRequired[str]

class CorporationsProjectsContributors(TypedDict):
    contributed: int
    id: int
    name: str

class CorporationsProjectsContributorsPiece(TypedDict):
    contributors: list[CorporationsProjectsContributors]
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]

class CorporationsProjectsDetailConfigurationCaptureFwComplexArchetypes(TypedDict):
    archetype_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationCaptureFwComplexFactions(TypedDict):
    faction_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationCaptureFwComplexLocations(TypedDict):
    solar_system_id: NotRequired[int]
    constellation_id: NotRequired[int]
    region_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationCaptureFwComplex(TypedDict):
    archetypes: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexArchetypes]]
    factions: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexFactions]]
    locations: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexLocations]]

class CorporationsProjectsDetailConfigurationDamageShipIdentities(TypedDict):
    character_id: NotRequired[int]
    corporation_id: NotRequired[int]
    alliance_id: NotRequired[int]
    faction_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationDamageShipShips(TypedDict):
    type_id: NotRequired[int]
    group_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationDamageShip(TypedDict):
    identities: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipIdentities]]
    locations: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexLocations]]
    ships: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipShips]]

class CorporationsProjectsDetailConfigurationDeliverItemDockingLocations(TypedDict):
    structure_id: NotRequired[int]
    station_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationDeliverItem(TypedDict):
    docking_locations: NotRequired[list[CorporationsProjectsDetailConfigurationDeliverItemDockingLocations]]
    items: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipShips]]
    office_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationDestroyNpc(TypedDict):
    locations: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexLocations]]

class CorporationsProjectsDetailConfigurationEarnLoyaltyPointCorporations(TypedDict):
    corporation_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationEarnLoyaltyPoint(TypedDict):
    corporations: NotRequired[list[CorporationsProjectsDetailConfigurationEarnLoyaltyPointCorporations]]

class CorporationsProjectsDetailConfigurationManufactureItem(TypedDict):
    docking_locations: NotRequired[list[CorporationsProjectsDetailConfigurationDeliverItemDockingLocations]]
    items: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipShips]]
    owner: str

class CorporationsProjectsDetailConfigurationMineMaterial(TypedDict):
    locations: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexLocations]]
    materials: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipShips]]

class CorporationsProjectsDetailConfigurationScanSignatureSignatures(TypedDict):
    signature_type_id: NotRequired[int]

class CorporationsProjectsDetailConfigurationScanSignature(TypedDict):
    locations: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexLocations]]
    signatures: NotRequired[list[CorporationsProjectsDetailConfigurationScanSignatureSignatures]]

class CorporationsProjectsDetailConfigurationShipInsurance(TypedDict):
    conflict_type: str
    identities: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipIdentities]]
    locations: NotRequired[list[CorporationsProjectsDetailConfigurationCaptureFwComplexLocations]]
    reimburse_implants: bool
    ships: NotRequired[list[CorporationsProjectsDetailConfigurationDamageShipShips]]

class CorporationsProjectsDetailConfigurationUnknown(TypedDict):
    data: Any
    type: str

class CorporationsProjectsDetailConfiguration(TypedDict):
    capture_fw_complex: NotRequired[CorporationsProjectsDetailConfigurationCaptureFwComplex]
    damage_ship: NotRequired[CorporationsProjectsDetailConfigurationDamageShip]
    defend_fw_complex: NotRequired[CorporationsProjectsDetailConfigurationCaptureFwComplex]
    deliver_item: NotRequired[CorporationsProjectsDetailConfigurationDeliverItem]
    destroy_npc: NotRequired[CorporationsProjectsDetailConfigurationDestroyNpc]
    destroy_ship: NotRequired[CorporationsProjectsDetailConfigurationDamageShip]
    earn_loyalty_point: NotRequired[CorporationsProjectsDetailConfigurationEarnLoyaltyPoint]
    lost_ship: NotRequired[CorporationsProjectsDetailConfigurationDamageShip]
    manual: NotRequired[dict[str, Any]]
    manufacture_item: NotRequired[CorporationsProjectsDetailConfigurationManufactureItem]
    mine_material: NotRequired[CorporationsProjectsDetailConfigurationMineMaterial]
    remote_boost_shield: NotRequired[CorporationsProjectsDetailConfigurationDamageShip]
    remote_repair_armor: NotRequired[CorporationsProjectsDetailConfigurationDamageShip]
    salvage_wreck: NotRequired[CorporationsProjectsDetailConfigurationDestroyNpc]
    scan_signature: NotRequired[CorporationsProjectsDetailConfigurationScanSignature]
    ship_insurance: NotRequired[CorporationsProjectsDetailConfigurationShipInsurance]
    unknown: NotRequired[CorporationsProjectsDetailConfigurationUnknown]

class CorporationsProjectsDetailContribution(TypedDict):
    participation_limit: NotRequired[int]
    reward_per_contribution: NotRequired[float]
    submission_limit: NotRequired[int]
    submission_multiplier: NotRequired[float]

class CorporationsProjectsDetailCreator(TypedDict):
    id: int
    name: str

class CorporationsProjectsDetailDetails(TypedDict):
    career: str
    created: str
    description: str
    expires: NotRequired[str]
    finished: NotRequired[str]

class CorporationsProjectsDetail(TypedDict):
    configuration: CorporationsProjectsDetailConfiguration
    contribution: NotRequired[CorporationsProjectsDetailContribution]
    creator: CorporationsProjectsDetailCreator
    details: CorporationsProjectsDetailDetails
    id: str
    last_modified: str
    name: str
    progress: CorporationsFreelanceJobsListingProgress
    reward: NotRequired[CorporationsFreelanceJobsListingReward]
    state: str

class CorporationsProjectsListingPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    projects: list[CorporationsFreelanceJobsListing]

class CorporationsStructuresSkyhooksDetailReagents(TypedDict):
    last_cycle: str
    secured_stock: int
    type_id: int
    unsecured_stock: int

class CorporationsStructuresSkyhooksDetailTheftVulnerability(TypedDict):
    end: str
    start: str

class CorporationsStructuresSkyhooksDetail(TypedDict):
    effective_workforce: NotRequired[int]
    id: int
    is_active: bool
    planet_id: int
    reagents: NotRequired[list[CorporationsStructuresSkyhooksDetailReagents]]
    reinforcement_timer: NotRequired[CharactersStructuresMercenaryDensDetailReinforcementTimer]
    state: str
    theft_vulnerability: NotRequired[CorporationsStructuresSkyhooksDetailTheftVulnerability]

class CorporationsStructuresSkyhooksListing(TypedDict):
    skyhooks: list[CharactersStructuresMercenaryDensListingMercenaryDens]

class CorporationsStructuresSovereigntyHubsDetailReagentBayReagents(TypedDict):
    amount: int
    burning_per_hour: int
    type_id: int

class CorporationsStructuresSovereigntyHubsDetailReagentBay(TypedDict):
    last_updated: str
    reagents: list[CorporationsStructuresSovereigntyHubsDetailReagentBayReagents]

class CorporationsStructuresSovereigntyHubsDetailResourcesPower(TypedDict):
    allocated: int
    available: int

class CorporationsStructuresSovereigntyHubsDetailResources(TypedDict):
    power: CorporationsStructuresSovereigntyHubsDetailResourcesPower
    workforce: CorporationsStructuresSovereigntyHubsDetailResourcesPower

class CorporationsStructuresSovereigntyHubsDetailUpgrades(TypedDict):
    power_state: str
    type_id: int

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfigurationImportSources(TypedDict):
    solar_system_id: int

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfigurationImport(TypedDict):
    sources: list[CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfigurationImportSources]

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfigurationExport(TypedDict):
    amount: int
    solar_system_id: NotRequired[int]

CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfiguration = TypedDict('CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfiguration', {
    'import': NotRequired[CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfigurationImport],
    'export': NotRequired[CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfigurationExport],
    'transit': NotRequired[bool | None],
})

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransportStateImportSources(TypedDict):
    amount: int
    solar_system_id: int

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransportStateImport(TypedDict):
    sources: list[CorporationsStructuresSovereigntyHubsDetailWorkforceTransportStateImportSources]

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransportStateExport(TypedDict):
    amount: NotRequired[int]
    solar_system_id: NotRequired[int]

CorporationsStructuresSovereigntyHubsDetailWorkforceTransportState = TypedDict('CorporationsStructuresSovereigntyHubsDetailWorkforceTransportState', {
    'import': NotRequired[CorporationsStructuresSovereigntyHubsDetailWorkforceTransportStateImport],
    'export': NotRequired[CorporationsStructuresSovereigntyHubsDetailWorkforceTransportStateExport],
    'transit': NotRequired[bool | None],
})

class CorporationsStructuresSovereigntyHubsDetailWorkforceTransport(TypedDict):
    configuration: CorporationsStructuresSovereigntyHubsDetailWorkforceTransportConfiguration
    state: CorporationsStructuresSovereigntyHubsDetailWorkforceTransportState

class CorporationsStructuresSovereigntyHubsDetail(TypedDict):
    fuel_access_list_id: NotRequired[int]
    id: int
    reagent_bay: CorporationsStructuresSovereigntyHubsDetailReagentBay
    resources: CorporationsStructuresSovereigntyHubsDetailResources
    solar_system_id: int
    upgrades: list[CorporationsStructuresSovereigntyHubsDetailUpgrades]
    vulnerability_window: NotRequired[CorporationsStructuresSkyhooksDetailTheftVulnerability]
    workforce_transport: CorporationsStructuresSovereigntyHubsDetailWorkforceTransport

class CorporationsStructuresSovereigntyHubsListingSovereigntyHubs(TypedDict):
    id: int
    solar_system_id: int

class CorporationsStructuresSovereigntyHubsListing(TypedDict):
    sovereignty_hubs: list[CorporationsStructuresSovereigntyHubsListingSovereigntyHubs]

class CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationProjection(TypedDict):
    slot1: bool
    slot2: bool
    slot3: bool
    slot4: bool

class CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition(TypedDict):
    x: float
    y: float
    z: float

class CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformRotation(TypedDict):
    w: float
    x: float
    y: float
    z: float

class CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransform(TypedDict):
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    rotation: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformRotation
    scaling: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition

class CosmeticsSkinrLayoutSlotsConfigurationPatternConfiguration(TypedDict):
    mirrored: bool
    projection: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationProjection
    transform: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransform

class CosmeticsSkinrLayoutSlotsConfigurationPattern(TypedDict):
    configuration: CosmeticsSkinrLayoutSlotsConfigurationPatternConfiguration
    id: int

class CosmeticsSkinrLayoutSlotsConfiguration(TypedDict):
    nanocoating: NotRequired[CharactersAccessListsListingAccessLists]
    pattern: NotRequired[CosmeticsSkinrLayoutSlotsConfigurationPattern]

class CosmeticsSkinrLayoutSlots(TypedDict):
    configuration: CosmeticsSkinrLayoutSlotsConfiguration
    id: int

class CosmeticsSkinrLayout(TypedDict):
    pattern_blend_mode: str
    slots: list[CosmeticsSkinrLayoutSlots]

class CosmeticsSkinrTier(TypedDict):
    level: int

class CosmeticsSkinr(TypedDict):
    creator_id: int
    id: str
    layout: CosmeticsSkinrLayout
    line: NotRequired[str]
    name: str
    ship_type_id: int
    tier: CosmeticsSkinrTier

class DogmaAttributesAttributeId(TypedDict):
    attribute_id: int
    default_value: NotRequired[float]
    description: NotRequired[str]
    display_name: NotRequired[str]
    high_is_good: NotRequired[bool]
    icon_id: NotRequired[int]
    name: NotRequired[str]
    published: NotRequired[bool]
    stackable: NotRequired[bool]
    unit_id: NotRequired[int]

class DogmaDynamicItemsTypeIdItemIdDogmaAttributes(TypedDict):
    attribute_id: int
    value: float

class DogmaDynamicItemsTypeIdItemIdDogmaEffects(TypedDict):
    effect_id: int
    is_default: bool

class DogmaDynamicItemsTypeIdItemId(TypedDict):
    created_by: int
    dogma_attributes: list[DogmaDynamicItemsTypeIdItemIdDogmaAttributes]
    dogma_effects: list[DogmaDynamicItemsTypeIdItemIdDogmaEffects]
    mutator_type_id: int
    source_type_id: int

class DogmaEffectsEffectIdModifiers(TypedDict):
    domain: NotRequired[str]
    effect_id: NotRequired[int]
    func: str
    modified_attribute_id: NotRequired[int]
    modifying_attribute_id: NotRequired[int]
    operator: NotRequired[int]

class DogmaEffectsEffectId(TypedDict):
    description: NotRequired[str]
    disallow_auto_repeat: NotRequired[bool]
    discharge_attribute_id: NotRequired[int]
    display_name: NotRequired[str]
    duration_attribute_id: NotRequired[int]
    effect_category: NotRequired[int]
    effect_id: int
    electronic_chance: NotRequired[bool]
    falloff_attribute_id: NotRequired[int]
    icon_id: NotRequired[int]
    is_assistance: NotRequired[bool]
    is_offensive: NotRequired[bool]
    is_warp_safe: NotRequired[bool]
    modifiers: NotRequired[list[DogmaEffectsEffectIdModifiers]]
    name: NotRequired[str]
    post_expression: NotRequired[int]
    pre_expression: NotRequired[int]
    published: NotRequired[bool]
    range_attribute_id: NotRequired[int]
    range_chance: NotRequired[bool]
    tracking_speed_attribute_id: NotRequired[int]

class FleetsFleetId(TypedDict):
    is_free_move: bool
    is_registered: bool
    is_voice_enabled: bool
    motd: str

class FleetsFleetIdMembers(TypedDict):
    character_id: int
    join_time: str
    role: str
    role_name: str
    ship_type_id: int
    solar_system_id: int
    squad_id: int
    station_id: NotRequired[int]
    takes_fleet_warp: bool
    wing_id: int

class FleetsFleetIdWings(TypedDict):
    id: int
    name: str
    squads: list[CorporationsProjectsDetailCreator]

class FreelanceJobsDetailAccessAndVisibilityRestrictions(TypedDict):
    maximum_age: NotRequired[int]
    minimum_age: NotRequired[int]

class FreelanceJobsDetailAccessAndVisibility(TypedDict):
    acl_protected: bool
    broadcast_locations: NotRequired[list[CorporationsProjectsDetailCreator]]
    restrictions: NotRequired[FreelanceJobsDetailAccessAndVisibilityRestrictions]

class FreelanceJobsDetailConfigurationParametersValueMatcherValues(TypedDict):
    value_type: str
    values: list[str]

class FreelanceJobsDetailConfigurationParametersValueMatcher(TypedDict):
    values: list[FreelanceJobsDetailConfigurationParametersValueMatcherValues]

class FreelanceJobsDetailConfigurationParametersValueOptions(TypedDict):
    selected: list[str]

class FreelanceJobsDetailConfigurationParametersValueBoolean(TypedDict):
    value: bool

class FreelanceJobsDetailConfigurationParametersValueCorporationItemDelivery(TypedDict):
    corporation_office_location: FreelanceJobsDetailConfigurationParametersValueMatcher
    item_type: FreelanceJobsDetailConfigurationParametersValueMatcher

class FreelanceJobsDetailConfigurationParametersValue(TypedDict):
    matcher: NotRequired[FreelanceJobsDetailConfigurationParametersValueMatcher]
    options: NotRequired[FreelanceJobsDetailConfigurationParametersValueOptions]
    boolean: NotRequired[FreelanceJobsDetailConfigurationParametersValueBoolean]
    corporation_item_delivery: NotRequired[FreelanceJobsDetailConfigurationParametersValueCorporationItemDelivery]

class FreelanceJobsDetailConfiguration(TypedDict):
    method: str
    parameters: dict[str, FreelanceJobsDetailConfigurationParametersValue]
    version: int

class FreelanceJobsDetailContribution(TypedDict):
    contribution_per_participant_limit: NotRequired[int]
    max_committed_participants: int
    reward_per_contribution: NotRequired[float]
    submission_limit: NotRequired[int]
    submission_multiplier: NotRequired[float]

class FreelanceJobsDetailDetailsCreator(TypedDict):
    character: CorporationsProjectsDetailCreator
    corporation: CorporationsProjectsDetailCreator

class FreelanceJobsDetailDetails(TypedDict):
    career: str
    created: str
    creator: FreelanceJobsDetailDetailsCreator
    description: str
    expires: NotRequired[str]
    finished: NotRequired[str]

class FreelanceJobsDetail(TypedDict):
    access_and_visibility: FreelanceJobsDetailAccessAndVisibility
    configuration: FreelanceJobsDetailConfiguration
    contribution: NotRequired[FreelanceJobsDetailContribution]
    details: FreelanceJobsDetailDetails
    id: str
    last_modified: str
    name: str
    progress: CorporationsFreelanceJobsListingProgress
    reward: NotRequired[CorporationsFreelanceJobsListingReward]
    state: str

class FwLeaderboardsKillsActiveTotal(TypedDict):
    amount: NotRequired[int]
    faction_id: NotRequired[int]

class FwLeaderboardsKills(TypedDict):
    active_total: list[FwLeaderboardsKillsActiveTotal]
    last_week: list[FwLeaderboardsKillsActiveTotal]
    yesterday: list[FwLeaderboardsKillsActiveTotal]

class FwLeaderboards(TypedDict):
    kills: FwLeaderboardsKills
    victory_points: FwLeaderboardsKills

class FwLeaderboardsCharactersKillsActiveTotal(TypedDict):
    amount: NotRequired[int]
    character_id: NotRequired[int]

class FwLeaderboardsCharactersKills(TypedDict):
    active_total: list[FwLeaderboardsCharactersKillsActiveTotal]
    last_week: list[FwLeaderboardsCharactersKillsActiveTotal]
    yesterday: list[FwLeaderboardsCharactersKillsActiveTotal]

class FwLeaderboardsCharacters(TypedDict):
    kills: FwLeaderboardsCharactersKills
    victory_points: FwLeaderboardsCharactersKills

class FwLeaderboardsCorporationsKillsActiveTotal(TypedDict):
    amount: NotRequired[int]
    corporation_id: NotRequired[int]

class FwLeaderboardsCorporationsKills(TypedDict):
    active_total: list[FwLeaderboardsCorporationsKillsActiveTotal]
    last_week: list[FwLeaderboardsCorporationsKillsActiveTotal]
    yesterday: list[FwLeaderboardsCorporationsKillsActiveTotal]

class FwLeaderboardsCorporations(TypedDict):
    kills: FwLeaderboardsCorporationsKills
    victory_points: FwLeaderboardsCorporationsKills

class FwStats(TypedDict):
    faction_id: int
    kills: CharactersCharacterIdFwStatsKills
    pilots: int
    systems_controlled: int
    victory_points: CharactersCharacterIdFwStatsKills

class FwSystems(TypedDict):
    contested: str
    occupier_faction_id: int
    owner_faction_id: int
    solar_system_id: int
    victory_points: int
    victory_points_threshold: int

class FwWars(TypedDict):
    against_id: int
    faction_id: int

class Incursions(TypedDict):
    constellation_id: int
    faction_id: int
    has_boss: bool
    infested_solar_systems: list[int]
    influence: float
    staging_solar_system_id: int
    state: str
    type: str

class IndustryFacilities(TypedDict):
    facility_id: int
    owner_id: int
    region_id: int
    solar_system_id: int
    tax: NotRequired[float]
    type_id: int

class IndustrySystemsCostIndices(TypedDict):
    activity: str
    cost_index: float

class IndustrySystems(TypedDict):
    cost_indices: list[IndustrySystemsCostIndices]
    solar_system_id: int

class InsurancePricesLevels(TypedDict):
    cost: float
    name: str
    payout: float

class InsurancePrices(TypedDict):
    levels: list[InsurancePricesLevels]
    type_id: int

class KillmailsKillmailIdKillmailHashAttackers(TypedDict):
    alliance_id: NotRequired[int]
    character_id: NotRequired[int]
    corporation_id: NotRequired[int]
    damage_done: int
    faction_id: NotRequired[int]
    final_blow: bool
    security_status: float
    ship_type_id: NotRequired[int]
    weapon_type_id: NotRequired[int]

class KillmailsKillmailIdKillmailHashVictimItemsItems(TypedDict):
    flag: int
    item_type_id: int
    quantity_destroyed: NotRequired[int]
    quantity_dropped: NotRequired[int]
    singleton: int

class KillmailsKillmailIdKillmailHashVictimItems(TypedDict):
    flag: int
    item_type_id: int
    items: NotRequired[list[KillmailsKillmailIdKillmailHashVictimItemsItems]]
    quantity_destroyed: NotRequired[int]
    quantity_dropped: NotRequired[int]
    singleton: int

class KillmailsKillmailIdKillmailHashVictim(TypedDict):
    alliance_id: NotRequired[int]
    character_id: NotRequired[int]
    corporation_id: NotRequired[int]
    damage_taken: int
    faction_id: NotRequired[int]
    items: NotRequired[list[KillmailsKillmailIdKillmailHashVictimItems]]
    position: NotRequired[CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition]
    ship_type_id: int

class KillmailsKillmailIdKillmailHash(TypedDict):
    attackers: list[KillmailsKillmailIdKillmailHashAttackers]
    killmail_id: int
    killmail_time: str
    moon_id: NotRequired[int]
    solar_system_id: int
    victim: KillmailsKillmailIdKillmailHashVictim
    war_id: NotRequired[int]

class LoyaltyStoresCorporationIdOffers(TypedDict):
    ak_cost: NotRequired[int]
    isk_cost: int
    lp_cost: int
    offer_id: int
    quantity: int
    required_items: list[CorporationsCorporationIdStarbasesStarbaseIdFuels]
    type_id: int

class MarketsGroupsMarketGroupId(TypedDict):
    description: str
    market_group_id: int
    name: str
    parent_group_id: NotRequired[int]
    types: list[int]

class MarketsPrices(TypedDict):
    adjusted_price: NotRequired[float]
    average_price: NotRequired[float]
    type_id: int

class MarketsRegionIdHistory(TypedDict):
    average: float
    date: str
    highest: float
    lowest: float
    order_count: int
    volume: int

class MarketsRegionIdOrders(TypedDict):
    duration: int
    is_buy_order: bool
    issued: str
    location_id: int
    min_volume: int
    order_id: int
    price: float
    range: str
    system_id: int
    type_id: int
    volume_remain: int
    volume_total: int

class MarketsStructuresStructureId(TypedDict):
    duration: int
    is_buy_order: bool
    issued: str
    location_id: int
    min_volume: int
    order_id: int
    price: float
    range: str
    type_id: int
    volume_remain: int
    volume_total: int

class MetaChangelogChangelogValue(TypedDict):
    compatibility_date: str
    description: str
    method: str
    path: str
    type: str

class MetaChangelog(TypedDict):
    changelog: dict[str, list[MetaChangelogChangelogValue]]

class MetaCompatibilityDates(TypedDict):
    compatibility_dates: list[str]

class MetaNameHistory(TypedDict):
    date: str
    name: str

class MetaName(TypedDict):
    current: str
    history: list[MetaNameHistory]

class MetaStatusRoutes(TypedDict):
    method: str
    path: str
    status: str

class MetaStatus(TypedDict):
    routes: list[MetaStatusRoutes]

class MilitaryCampaignsDetail(TypedDict):
    finished: NotRequired[str]
    id: str
    progress: int
    started: NotRequired[str]
    state: str

class MilitaryCampaignsListing(TypedDict):
    campaigns: list[MilitaryCampaignsDetail]

class MilitaryCampaignsObjectivesDetailParticipants(TypedDict):
    committed: int
    contributors: int
    total: int

class MilitaryCampaignsObjectivesDetail(TypedDict):
    finished: NotRequired[str]
    id: str
    last_modified: str
    participants: MilitaryCampaignsObjectivesDetailParticipants
    progress: int
    started: NotRequired[str]
    state: str

MilitaryCampaignsObjectivesListing = MilitaryCampaignsObjectivesDetail

class MilitaryCampaignsObjectivesListingPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    objectives: list[MilitaryCampaignsObjectivesDetail]

class ParagonHubSkinr(TypedDict):
    created: str
    expires: str
    id: str
    last_modified: str
    price: CharactersParagonHubSkinrPrice
    quantity: int
    seller_id: int
    skinr_id: str
    state: str

ParagonHubSkinrAlliances = ParagonHubSkinr

ParagonHubSkinrCharacters = ParagonHubSkinr

ParagonHubSkinrCorporations = ParagonHubSkinr

class ParagonHubSkinrPiece(TypedDict):
    cursor: NotRequired[CharactersMilitaryCampaignsObjectivesListingPieceCursor]
    listings: list[ParagonHubSkinr]

ParagonHubSkinrAlliancesPiece = ParagonHubSkinrPiece

ParagonHubSkinrCharactersPiece = ParagonHubSkinrPiece

ParagonHubSkinrCorporationsPiece = ParagonHubSkinrPiece

class SkyhooksRaidableSkyhooks(TypedDict):
    planet_id: int
    solar_system_id: int
    theft_vulnerability: CorporationsStructuresSkyhooksDetailTheftVulnerability

class SkyhooksRaidable(TypedDict):
    skyhooks: list[SkyhooksRaidableSkyhooks]

class SovereigntyCampaignsParticipants(TypedDict):
    alliance_id: int
    score: float

class SovereigntyCampaigns(TypedDict):
    attackers_score: NotRequired[float]
    campaign_id: int
    constellation_id: int
    defender_id: NotRequired[int]
    defender_score: NotRequired[float]
    event_type: str
    participants: NotRequired[list[SovereigntyCampaignsParticipants]]
    solar_system_id: int
    start_time: str
    structure_id: int

class SovereigntySystemsSolarSystemsClaimFaction(TypedDict):
    faction_id: int

class SovereigntySystemsSolarSystemsClaimAllianceDevelopment(TypedDict):
    activity_defense_multiplier: float
    industrial_level: int
    military_level: int
    strategic_level: int

class SovereigntySystemsSolarSystemsClaimAllianceSovereigntyHub(TypedDict):
    id: int
    vulnerability_window: NotRequired[CorporationsStructuresSkyhooksDetailTheftVulnerability]

class SovereigntySystemsSolarSystemsClaimAlliance(TypedDict):
    alliance_id: int
    claimed_since: str
    corporation_id: int
    development: SovereigntySystemsSolarSystemsClaimAllianceDevelopment
    is_capital_system: bool
    sovereignty_hub: SovereigntySystemsSolarSystemsClaimAllianceSovereigntyHub

class SovereigntySystemsSolarSystemsClaim(TypedDict):
    faction: NotRequired[SovereigntySystemsSolarSystemsClaimFaction]
    alliance: NotRequired[SovereigntySystemsSolarSystemsClaimAlliance]
    unclaimed: NotRequired[bool]

class SovereigntySystemsSolarSystems(TypedDict):
    claim: SovereigntySystemsSolarSystemsClaim
    solar_system_id: int

class SovereigntySystems(TypedDict):
    solar_systems: list[SovereigntySystemsSolarSystems]

class Status(TypedDict):
    players: int
    server_version: str
    start_time: str
    vip: bool

class UniverseAncestries(TypedDict):
    bloodline_id: int
    description: str
    icon_id: NotRequired[int]
    id: int
    name: str
    short_description: NotRequired[str]

class UniverseAsteroidBeltsAsteroidBeltId(TypedDict):
    name: str
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    system_id: int

class UniverseBloodlines(TypedDict):
    bloodline_id: int
    charisma: int
    corporation_id: int
    description: str
    intelligence: int
    memory: int
    name: str
    perception: int
    race_id: int
    ship_type_id: int
    willpower: int

class UniverseCategoriesCategoryId(TypedDict):
    category_id: int
    groups: list[int]
    name: str
    published: bool

class UniverseConstellationsConstellationId(TypedDict):
    constellation_id: int
    name: str
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    region_id: int
    systems: list[int]

class UniverseFactions(TypedDict):
    corporation_id: NotRequired[int]
    description: str
    faction_id: int
    is_unique: bool
    militia_corporation_id: NotRequired[int]
    name: str
    size_factor: float
    solar_system_id: NotRequired[int]
    station_count: int
    station_system_count: int

class UniverseGraphicsGraphicId(TypedDict):
    collision_file: NotRequired[str]
    graphic_file: NotRequired[str]
    graphic_id: int
    icon_folder: NotRequired[str]
    sof_dna: NotRequired[str]
    sof_fation_name: NotRequired[str]
    sof_hull_name: NotRequired[str]
    sof_race_name: NotRequired[str]

class UniverseGroupsGroupId(TypedDict):
    category_id: int
    group_id: int
    name: str
    published: bool
    types: list[int]

class UniverseMoonsMoonId(TypedDict):
    moon_id: int
    name: str
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    system_id: int

class UniversePlanetsPlanetId(TypedDict):
    name: str
    planet_id: int
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    system_id: int
    type_id: int

class UniverseRaces(TypedDict):
    alliance_id: int
    description: str
    name: str
    race_id: int

class UniverseRegionsRegionId(TypedDict):
    constellations: list[int]
    description: NotRequired[str]
    name: str
    region_id: int

class UniverseSchematicsSchematicId(TypedDict):
    cycle_time: int
    schematic_name: str

class UniverseStargatesStargateIdDestination(TypedDict):
    stargate_id: int
    system_id: int

class UniverseStargatesStargateId(TypedDict):
    destination: UniverseStargatesStargateIdDestination
    name: str
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    stargate_id: int
    system_id: int
    type_id: int

class UniverseStarsStarId(TypedDict):
    age: int
    luminosity: float
    name: str
    radius: int
    solar_system_id: int
    spectral_class: str
    temperature: int
    type_id: int

class UniverseStationsStationId(TypedDict):
    max_dockable_ship_volume: float
    name: str
    office_rental_cost: float
    owner: NotRequired[int]
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    race_id: NotRequired[int]
    reprocessing_efficiency: float
    reprocessing_stations_take: float
    services: list[str]
    station_id: int
    system_id: int
    type_id: int

class UniverseStructuresStructureId(TypedDict):
    name: str
    owner_id: int
    position: NotRequired[CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition]
    solar_system_id: int
    type_id: NotRequired[int]

class UniverseSystemJumps(TypedDict):
    ship_jumps: int
    system_id: int

class UniverseSystemKills(TypedDict):
    npc_kills: int
    pod_kills: int
    ship_kills: int
    system_id: int

class UniverseSystemsSystemIdPlanets(TypedDict):
    asteroid_belts: NotRequired[list[int]]
    moons: NotRequired[list[int]]
    planet_id: int

class UniverseSystemsSystemId(TypedDict):
    constellation_id: int
    name: str
    planets: NotRequired[list[UniverseSystemsSystemIdPlanets]]
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition
    security_class: NotRequired[str]
    security_status: float
    star_id: NotRequired[int]
    stargates: NotRequired[list[int]]
    stations: NotRequired[list[int]]
    system_id: int

class UniverseTypesTypeId(TypedDict):
    capacity: NotRequired[float]
    description: str
    dogma_attributes: NotRequired[list[DogmaDynamicItemsTypeIdItemIdDogmaAttributes]]
    dogma_effects: NotRequired[list[DogmaDynamicItemsTypeIdItemIdDogmaEffects]]
    graphic_id: NotRequired[int]
    group_id: int
    icon_id: NotRequired[int]
    market_group_id: NotRequired[int]
    mass: NotRequired[float]
    name: str
    packaged_volume: NotRequired[float]
    portion_size: NotRequired[int]
    published: bool
    radius: NotRequired[float]
    type_id: int
    volume: NotRequired[float]

class WarsWarIdAggressor(TypedDict):
    alliance_id: NotRequired[int]
    corporation_id: NotRequired[int]
    isk_destroyed: float
    ships_killed: int

class WarsWarIdAllies(TypedDict):
    alliance_id: NotRequired[int]
    corporation_id: NotRequired[int]

class WarsWarId(TypedDict):
    aggressor: WarsWarIdAggressor
    allies: NotRequired[list[WarsWarIdAllies]]
    declared: str
    defender: WarsWarIdAggressor
    finished: NotRequired[str]
    id: int
    mutual: bool
    open_for_allies: bool
    retracted: NotRequired[str]
    started: NotRequired[str]

class CharactersAffiliation(TypedDict):
    alliance_id: NotRequired[int]
    character_id: int
    corporation_id: int
    faction_id: NotRequired[int]

class CharactersCharacterIdAssetsLocations(TypedDict):
    item_id: int
    position: CosmeticsSkinrLayoutSlotsConfigurationPatternConfigurationTransformPosition

CorporationsCorporationIdAssetsLocations = CharactersCharacterIdAssetsLocations

class CharactersCharacterIdAssetsNames(TypedDict):
    item_id: int
    name: str

CorporationsCorporationIdAssetsNames = CharactersCharacterIdAssetsNames

class PostCharactersCharacterIdFittingsBody(TypedDict):
    description: str
    items: list[CharactersCharacterIdFittingsItems]
    name: str
    ship_type_id: int

class PostCharactersCharacterIdMailBody(TypedDict):
    approved_cost: NotRequired[int]
    body: str
    recipients: list[CharactersCharacterIdMailRecipients]
    subject: str

class PostCharactersCharacterIdMailLabelsBody(TypedDict):
    color: NotRequired[str]
    name: str

class PostFleetsFleetIdMembersBody(TypedDict):
    character_id: int
    role: str
    squad_id: NotRequired[int]
    wing_id: NotRequired[int]

class FleetsFleetIdWingsWingIdSquads(TypedDict):
    squad_id: int

class Route(TypedDict):
    route: list[int]

PostRouteBodyConnections = TypedDict('PostRouteBodyConnections', {
    'from': int,
    'to': int,
})

class PostRouteBody(TypedDict):
    avoid_systems: NotRequired[list[int]]
    connections: NotRequired[list[PostRouteBodyConnections]]
    preference: NotRequired[str]
    security_penalty: NotRequired[int]

class PostUiOpenwindowNewmailBody(TypedDict):
    body: str
    recipients: list[int]
    subject: str
    to_corp_or_alliance_id: NotRequired[int]
    to_mailing_list_id: NotRequired[int]

class UniverseIdsAgents(TypedDict):
    id: NotRequired[int]
    name: NotRequired[str]

class UniverseIds(TypedDict):
    agents: NotRequired[list[UniverseIdsAgents]]
    alliances: NotRequired[list[UniverseIdsAgents]]
    characters: NotRequired[list[UniverseIdsAgents]]
    constellations: NotRequired[list[UniverseIdsAgents]]
    corporations: NotRequired[list[UniverseIdsAgents]]
    factions: NotRequired[list[UniverseIdsAgents]]
    inventory_types: NotRequired[list[UniverseIdsAgents]]
    regions: NotRequired[list[UniverseIdsAgents]]
    stations: NotRequired[list[UniverseIdsAgents]]
    systems: NotRequired[list[UniverseIdsAgents]]

class UniverseNames(TypedDict):
    category: str
    id: int
    name: str

class PutCharactersCharacterIdCalendarEventIdBody(TypedDict):
    response: str

class PutCharactersCharacterIdMailMailIdBody(TypedDict):
    labels: NotRequired[list[int]]
    read: NotRequired[bool]

class PutFleetsFleetIdBody(TypedDict):
    is_free_move: NotRequired[bool]
    motd: NotRequired[str]

class PutFleetsFleetIdMembersMemberIdBody(TypedDict):
    role: str
    squad_id: NotRequired[int]
    wing_id: NotRequired[int]

class PutFleetsFleetIdSquadsSquadIdBody(TypedDict):
    name: str
