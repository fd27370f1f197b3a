// Written by web/app/api_types.mjs from the OpenAPI document; scripts/lint holds it. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Approval
         * @description From which day on a plan is in force.
         */
        Approval: {
            /**
             * Effective Date
             * Format: date
             * @example 2026-07-01
             */
            effective_date: string;
            /**
             * Replace
             * @description Whether it may take the place of a plan that it does not come from.
             * @default false
             */
            replace: boolean;
        };
        /**
         * Base
         * @description The revision that somebody looks at.
         */
        Base: {
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * Branch
         * @description A new draft that begins as another plan is.
         */
        Branch: {
            /**
             * Name
             * @description Without blanks around and without `/`; browsers take `.` and `..` for folders.
             * @example 2027 草案
             */
            name: string;
            /**
             * From
             * @example 2026
             */
            from: string;
            /**
             * Revision
             * @description Of that plan; the latest.
             */
            revision?: number | null;
        };
        /**
         * ByLedger
         * @description How many gaps there are of each ledger.
         */
        ByLedger: {
            /** Unheld */
            unheld: number;
            /** Contested */
            contested: number;
            /** Unserved */
            unserved: number;
        };
        /**
         * CarveRequest
         * @description Carve an area out of one grid or several.
         * @example {
         *       "base_revision": 12,
         *       "name": "广场",
         *       "polygon": [
         *         [
         *           102.7,
         *           25
         *         ],
         *         [
         *           102.71,
         *           25
         *         ],
         *         [
         *           102.71,
         *           25.01
         *         ],
         *         [
         *           102.7,
         *           25
         *         ]
         *       ],
         *       "verb": "carve"
         *     }
         */
        CarveRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "carve";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /** Polygon */
            polygon: [
                number,
                number
            ][];
            /** Name */
            name?: string | null;
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * Collection
         * @description A layer of a plan.
         */
        Collection: {
            /**
             * Id
             * @example 2026.grids
             */
            id: string;
            /**
             * Title
             * @example 2026 · 网格 grids
             */
            title: string;
            /** Description */
            description: string;
            /** Links */
            links: components["schemas"]["Link"][];
            extent: components["schemas"]["Extent"];
            /**
             * Itemtype
             * @default feature
             * @constant
             */
            itemType: "feature";
            /**
             * Crs
             * @default [
             *       "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
             *     ]
             */
            crs: string[];
        };
        /**
         * Collections
         * @description The layers of every plan that the caller may read.
         */
        Collections: {
            /** Links */
            links: components["schemas"]["Link"][];
            /** Collections */
            collections: components["schemas"]["Collection"][];
        };
        /**
         * ColumnShown
         * @description A field of a file, with a few of its values.
         */
        ColumnShown: {
            /** Name */
            name: string;
            /** Type */
            type: string;
            /** Samples */
            samples: string[];
        };
        /**
         * Conformance
         * @description What of the standards is kept.
         */
        Conformance: {
            /**
             * Conformsto
             * @example [
             *       "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
             *       "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson"
             *     ]
             */
            conformsTo: string[];
        };
        /**
         * Counts
         * @description What a plan adds up to, within the caller's scope; null where nobody counted.
         */
        Counts: {
            /**
             * Grids
             * @example 412
             */
            grids: number;
            /**
             * Communities
             * @example 36
             */
            communities: number;
            /**
             * Households
             * @example 61200
             */
            households: number | null;
            /** Population */
            population: number | null;
            /** Party Members */
            party_members: number | null;
            /** Area M2 */
            area_m2: number;
            gaps: components["schemas"]["ByLedger"];
            /**
             * Accepted
             * @description Gaps that were accepted; they are not among the others.
             */
            accepted: number;
        };
        /**
         * Decision
         * @description What a supervisor decides: a gap is accepted with a reason until a day, or open again.
         */
        Decision: {
            /**
             * State
             * @example accepted
             * @enum {string}
             */
            state: "open" | "accepted";
            /**
             * Reason
             * @example 物业代管，年底前成立支部
             */
            reason?: string | null;
            /**
             * Expires
             * @description Today or later.
             * @example 2026-12-31
             */
            expires?: string | null;
        };
        /**
         * DecisionTold
         * @description What was decided on a gap.
         */
        DecisionTold: {
            /**
             * Jurisdiction
             * @description It holds in all plans of this division.
             * @example 530102
             */
            jurisdiction: string;
            /**
             * Gap Id
             * @example no_branch:530102001001003
             */
            gap_id: string;
            /**
             * Community Code
             * @example 530102001001
             */
            community_code: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "open" | "accepted";
            /** Reason */
            reason: string | null;
            /**
             * Expires
             * @example 2026-12-31
             */
            expires: string | null;
        };
        /**
         * DeleteVertexRequest
         * @description Delete a vertex of a border.
         */
        DeleteVertexRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "delete_vertex";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /**
             * At
             * @description x and y, or longitude and latitude
             */
            at: [
                number,
                number
            ];
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * Detail
         * @description One thing that is wrong with a request.
         */
        Detail: {
            /**
             * Where
             * @example body.codes.1
             */
            where: string;
            /**
             * Wrong
             * @example must be a text
             */
            wrong: string;
        };
        /**
         * Difference
         * @description What became of a grid that differs.
         */
        Difference: {
            /**
             * Relation
             * @example split
             */
            relation: string;
            /**
             * Before
             * @example 530102001001003
             */
            before: string | null;
            /**
             * After
             * @example 530102001001003
             */
            after: string | null;
            /** Name */
            name: string | null;
            /**
             * Said
             * @description What it says otherwise.
             */
            said: string[];
            /**
             * Area M2
             * @description Of the grid as it is now, else as it was.
             */
            area_m2: number;
            /** Households */
            households: number | null;
            /** Bounds */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
        };
        /**
         * Differences
         * @description What differs between two plans: from `other` to this one.
         */
        Differences: {
            /** Changes */
            changes: components["schemas"]["Difference"][];
            /** @description The land that changed hands. */
            moved: components["schemas"]["Features"];
            /**
             * Area M2
             * @description That changed hands.
             */
            area_m2: number;
            /**
             * Households
             * @description That changed hands.
             */
            households: number;
        };
        /**
         * Extent
         * @description How far a collection reaches.
         */
        Extent: {
            spatial?: components["schemas"]["Spatial"] | null;
            temporal: components["schemas"]["Temporal"];
        };
        /**
         * Features
         * @description Features in WGS 84.
         */
        Features: {
            /**
             * Type
             * @default FeatureCollection
             */
            type: string;
            /** Features */
            features: {
                [key: string]: unknown;
            }[];
        };
        /**
         * FeedEvent
         * @description Something that was done to a plan, or decided on a gap of it.
         */
        FeedEvent: {
            /**
             * Seq
             * @example 4711
             */
            seq: number;
            /**
             * Plan
             * @example 2026
             */
            plan: string;
            /**
             * Revision
             * @example 13
             */
            revision: number;
            /**
             * At
             * @example 2026-03-01T09:30:00+08:00
             */
            at: string;
            /**
             * By
             * @example li.na
             */
            by: string;
            /**
             * Verb
             * @description `decide`: on a gap; the revision stays as it was.
             * @example split
             */
            verb: string;
            /** Created */
            created: string[];
            /** Modified */
            modified: string[];
            /** Retired */
            retired: string[];
            /** Bounds */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description Where the verb is `decide`. */
            decision?: components["schemas"]["DecisionTold"] | null;
        };
        /**
         * FeedPage
         * @description A page of the feed; ask again with ``since`` = ``latest``.
         */
        FeedPage: {
            /** Items */
            items: components["schemas"]["FeedEvent"][];
            /**
             * Latest
             * @description The cursor: everything up to it has been told.
             * @example 4711
             */
            latest: number;
            /**
             * Next
             * @description The address of more, where there is more already.
             */
            next: string | null;
        };
        /**
         * Figures
         * @description What an edit may change in a grid; null where nobody knows.
         */
        Figures: {
            /** Households */
            households: number | null;
            /** Population */
            population: number | null;
            /** Party Members */
            party_members: number | null;
            /** Area M2 */
            area_m2: number;
            /** Required */
            required: number | null;
            /** Held */
            held: number | null;
            /** Short */
            short: number | null;
            /** Form */
            form: string | null;
            /** Proposed Form */
            proposed_form: string | null;
        };
        /**
         * FileShown
         * @description A file of an upload.
         */
        FileShown: {
            /** Name */
            name: string;
            /** Bytes */
            bytes: number;
        };
        /**
         * FoundShown
         * @description A layer or table in the files.
         */
        FoundShown: {
            /**
             * File
             * @example compounds.shp
             */
            file: string;
            /**
             * Layer
             * @description Which layer of the file; null where it has but one.
             */
            layer: string | null;
            /**
             * Shape
             * @description `none`: a table.
             * @enum {string}
             */
            shape: "polygon" | "line" | "point" | "none";
            /** Count */
            count: number;
            /** Columns */
            columns: components["schemas"]["ColumnShown"][];
            /**
             * Crs
             * @example EPSG:4526
             */
            crs: string | null;
            /**
             * Encoding
             * @description Where it had to be guessed.
             * @example GB18030
             */
            encoding: string | null;
            /** Extent */
            extent: number[] | null;
            /**
             * May Be
             * @example [
             *       "community",
             *       "compound"
             *     ]
             */
            may_be: string[];
            /** Guess */
            guess: string | null;
            /**
             * Guessed
             * @description By what it may be: which field holds what.
             */
            guessed: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /**
             * Outlined
             * @description Whether `…/outlines/N` has it, where N is its place in this list.
             */
            outlined: boolean;
        };
        /**
         * Gap
         * @description A coverage gap, without its land.
         */
        Gap: {
            /**
             * Gap Id
             * @example no_branch:530102001001003
             */
            gap_id: string;
            /**
             * Kind
             * @example no_branch
             */
            kind: string;
            /**
             * Ledger
             * @enum {string}
             */
            ledger: "unheld" | "contested" | "unserved";
            /**
             * Severity
             * @example 50
             */
            severity: number;
            /**
             * Code
             * @example 530102001001003
             */
            code: string | null;
            /**
             * Community Code
             * @example 530102001001
             */
            community_code: string | null;
            /** Area M2 */
            area_m2: number;
            /** Households */
            households: number | null;
            /** Detail */
            detail: {
                [key: string]: unknown;
            };
            /** Remedy */
            remedy: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "open" | "accepted" | "expired";
            /** Reason */
            reason: string | null;
            /** Expires */
            expires: string | null;
            /**
             * Signed By
             * @description Who decided last: accepted it, or opened it again; null: nobody did.
             */
            signed_by: string | null;
            /**
             * Signed At
             * @description The day of that.
             * @example 2026-03-15
             */
            signed_at: string | null;
            /** Bounds */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
            /**
             * Geometry
             * @description Only where it was asked for.
             */
            geometry?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * GapPage
         * @description A page of gaps, the worst first.
         */
        GapPage: {
            /** Items */
            items: components["schemas"]["Gap"][];
            /** Next */
            next: string | null;
        };
        /**
         * GapTold
         * @description A gap that an edit opened or closed.
         */
        GapTold: {
            /** Gap Id */
            gap_id: string;
            /** Kind */
            kind: string;
            /**
             * Ledger
             * @enum {string}
             */
            ledger: "unheld" | "contested" | "unserved";
            /** Severity */
            severity: number;
            /** Code */
            code: string | null;
            /** Community Code */
            community_code: string | null;
            /** Households */
            households: number | null;
            /** Area M2 */
            area_m2: number;
        };
        /**
         * GapsChanged
         * @description Gaps that an edit opened and closed.
         */
        GapsChanged: {
            /** Opened */
            opened: components["schemas"]["GapTold"][];
            /** Closed */
            closed: components["schemas"]["GapTold"][];
        };
        /**
         * GridChange
         * @description The figures of a grid before and after; null where it is not there.
         */
        GridChange: {
            /** Code */
            code: string;
            /** Name */
            name: string | null;
            before: components["schemas"]["Figures"] | null;
            after: components["schemas"]["Figures"] | null;
        };
        /**
         * GridTags
         * @description What of a grid may be changed without touching its land: name and type, or whether it is locked.
         */
        GridTags: {
            /**
             * Base Revision
             * @description The revision it was read at.
             * @example 12
             */
            base_revision?: number | null;
            /**
             * Name
             * @example 桂花苑一网格
             */
            name?: string | null;
            /**
             * Management Type
             * @example key_attention
             */
            management_type?: ("routine" | "general_prevention" | "key_attention" | "concentrated_rectification") | null;
            /** Locked */
            locked?: boolean | null;
        };
        /**
         * InsertVertexRequest
         * @description Insert a vertex into a border.
         */
        InsertVertexRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "insert_vertex";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /**
             * At
             * @description x and y, or longitude and latitude
             */
            at: [
                number,
                number
            ];
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * JobShown
         * @description What is being done, or was done last.
         */
        JobShown: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "look" | "build" | "plan";
            /**
             * State
             * @enum {string}
             */
            state: "running" | "done" | "failed";
            /**
             * Stage
             * @example merge
             */
            stage: string;
            /** Done */
            done: number;
            /** Total */
            total: number;
            /** Warnings */
            warnings: string[];
            /** Error */
            error: string | null;
            /** Code */
            code?: string | null;
            /** Result */
            result: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
        };
        JsonValue: unknown;
        /**
         * Keys
         * @description What the fields of a layer or table may be mapped as.
         */
        Keys: {
            /** Keys */
            keys: string[];
            /** Required */
            required: string[];
        };
        /**
         * Landing
         * @description What there is here.
         */
        Landing: {
            /** Title */
            title: string;
            /** Description */
            description: string;
            /** Links */
            links: components["schemas"]["Link"][];
        };
        /**
         * Language
         * @description The languages there are.
         * @enum {string}
         */
        Language: "zh" | "en";
        /**
         * Lineage
         * @description The crosswalk from the codes that a plan began with to those of today; who is not in it kept all.
         */
        Lineage: {
            /** Items */
            items: components["schemas"]["Passed"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Link
         * @description A link (RFC 8288).
         */
        Link: {
            /**
             * Href
             * @example https://grid.street.cn/ogc/collections
             */
            href: string;
            /**
             * Rel
             * @example data
             */
            rel: string;
            /**
             * Type
             * @example application/json
             */
            type?: string | null;
            /** Title */
            title?: string | null;
            /** Templated */
            templated?: boolean | null;
        };
        /**
         * LockRequest
         * @description Lock a grid against edits, or unlock it.
         */
        LockRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "lock";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /** Code */
            code: string;
            /**
             * Locked
             * @default true
             */
            locked: boolean;
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * LogEntry
         * @description Something that was done to a plan.
         */
        LogEntry: {
            /**
             * Revision
             * @example 13
             */
            revision: number;
            /**
             * At
             * @example 2026-03-01T09:30:00+08:00
             */
            at: string;
            /**
             * By
             * @example li.na
             */
            by: string;
            /**
             * Verb
             * @example split
             */
            verb: string;
            /**
             * Codes
             * @description The grids that it created, modified and retired, within the caller's scope.
             */
            codes: string[];
            /** Created */
            created: string[];
            /** Retired */
            retired: string[];
            /** Bounds */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
            /**
             * Undoes
             * @description The revision that it took back.
             */
            undoes: number | null;
            /**
             * Note
             * @description What was said when the plan was submitted or returned.
             */
            note: string | null;
        };
        /**
         * LogPage
         * @description A page of the log.
         */
        LogPage: {
            /** Items */
            items: components["schemas"]["LogEntry"][];
            /** Next */
            next: string | null;
        };
        /**
         * Me
         * @description Who is signed in.
         */
        Me: {
            /**
             * Name
             * @example li.na
             */
            name: string;
            /** @example planner */
            role: components["schemas"]["Role"];
            /**
             * Scope
             * @description The beginning of the division codes that are seen.
             * @example 530102
             */
            scope: string;
            /**
             * Rights
             * @example [
             *       "read",
             *       "contacts",
             *       "edit"
             *     ]
             */
            rights: components["schemas"]["Right"][];
            /**
             * Expires At
             * Format: date-time
             * @example 2026-03-01T18:00:00Z
             */
            expires_at: string;
        };
        /**
         * MergeRequest
         * @description Merge neighbouring grids into one of them.
         * @example {
         *       "base_revision": 12,
         *       "codes": [
         *         "530102001001003",
         *         "530102001001004"
         *       ],
         *       "keep": "530102001001003",
         *       "verb": "merge"
         *     }
         */
        MergeRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "merge";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /** Codes */
            codes: string[];
            /** Keep */
            keep: string;
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * MoveVertexRequest
         * @description Move a vertex that grids share.
         */
        MoveVertexRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "move_vertex";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /**
             * From
             * @description x and y, or longitude and latitude
             */
            from: [
                number,
                number
            ];
            /**
             * To
             * @description x and y, or longitude and latitude
             */
            to: [
                number,
                number
            ];
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * Named
         * @description What the plan is to be called.
         */
        Named: {
            /**
             * Name
             * @description Without blanks around and without `/`; browsers take `.` and `..` for folders.
             * @example 2027 草案
             */
            name: string;
        };
        /**
         * Note
         * @description What there is to say about it.
         */
        Note: {
            /**
             * Note
             * @example 按街道意见修改
             */
            note?: string | null;
        };
        /**
         * Outcome
         * @description What an edit came to; the same from a dry run, whose revision is the one that it was tried on.
         */
        Outcome: {
            /**
             * Revision
             * @example 13
             */
            revision: number;
            /**
             * Created
             * @example [
             *       "530102001001014"
             *     ]
             */
            created: string[];
            /**
             * Modified
             * @example [
             *       "530102001001003"
             *     ]
             */
            modified: string[];
            /**
             * Retired
             * @example []
             */
            retired: string[];
            /** Metrics */
            metrics: components["schemas"]["GridChange"][];
            gaps: components["schemas"]["GapsChanged"];
            /**
             * Bounds
             * @description Of what looks different.
             * @example [
             *       102.7,
             *       25,
             *       102.71,
             *       25.01
             *     ]
             */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description The land that changes hands: from which grid, to which. */
            moved: components["schemas"]["Features"];
        };
        /**
         * Passed
         * @description What of an old grid's land and households a new one has.
         */
        Passed: {
            /** Old */
            old: string;
            /** New */
            new: string;
            /** Area Share */
            area_share: number;
            /** Household Share */
            household_share: number | null;
            /** Area M2 */
            area_m2: number;
            /** Households */
            households: number | null;
        };
        /**
         * Place
         * @description A place of the sources.
         */
        Place: {
            /**
             * Layer
             * @description As in layers.toml.
             * @example facility
             */
            layer: string;
            /**
             * Kind
             * @description Of premises and facilities.
             * @example 便民服务站
             */
            kind: string | null;
            /** Name */
            name: string;
            /** Community Code */
            community_code: string | null;
            /** Community Name */
            community_name: string | null;
            /** Bounds */
            bounds: [
                number,
                number,
                number,
                number
            ];
        };
        /**
         * Places
         * @description Places whose names have a text, those first that begin with it.
         */
        Places: {
            /** Items */
            items: components["schemas"]["Place"][];
        };
        /**
         * PlanPage
         * @description A page of plans, the newest first.
         */
        PlanPage: {
            /** Items */
            items: components["schemas"]["PlanShown"][];
            /** Next */
            next: string | null;
        };
        /**
         * PlanShown
         * @description A plan with what it adds up to.
         */
        PlanShown: {
            /**
             * Name
             * @example 2026
             */
            name: string;
            /**
             * Title
             * @example 2026
             */
            title: string;
            /**
             * Status
             * @enum {string}
             */
            status: "draft" | "in_review" | "approved" | "in_force" | "retired";
            /**
             * Revision
             * @example 12
             */
            revision: number;
            /**
             * Jurisdiction
             * @example 530102
             */
            jurisdiction: string;
            /**
             * Working Crs
             * @example EPSG:4526
             */
            working_crs: string;
            /** Parent */
            parent: string | null;
            /** Parent Revision */
            parent_revision: number | null;
            /**
             * Author
             * @example li.na
             */
            author: string;
            /**
             * Made At
             * Format: date-time
             */
            made_at: string;
            /**
             * Changed At
             * Format: date-time
             */
            changed_at: string;
            /** Effective Date */
            effective_date: string | null;
            /** Effective Until */
            effective_until: string | null;
            /**
             * Note
             * @description What was said when it was submitted or returned last.
             */
            note: string | null;
            /**
             * Extent
             * @example [
             *       102.7,
             *       25,
             *       102.8,
             *       25.1
             *     ]
             */
            extent: [
                number,
                number,
                number,
                number
            ] | null;
            counts: components["schemas"]["Counts"];
        };
        /**
         * Problem
         * @description A problem document (RFC 9457).
         */
        Problem: {
            /**
             * Type
             * @default about:blank
             */
            type: string;
            /**
             * Title
             * @example Conflict
             */
            title: string;
            /**
             * Status
             * @example 409
             */
            status: number;
            /**
             * Code
             * @description Stable; meant for programs.
             * @example grid_locked
             */
            code: string;
            /**
             * Detail
             * @description One sentence, for people.
             * @example grid 530102001001003 is locked
             */
            detail: string;
            /**
             * Grids
             * @description The codes of the grids that stand against an edit.
             * @default null
             */
            grids: string[] | null;
            /**
             * Errors
             * @description What is wrong with a request, one by one.
             * @default null
             */
            errors: components["schemas"]["Detail"][] | null;
            /**
             * Id
             * @description Of the request, for whoever looks after the server.
             * @default null
             */
            id: string | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * Readiness
         * @description How the server and its databases are.
         */
        Readiness: {
            /**
             * Status
             * @default ok
             * @constant
             */
            status: "ok";
            /** @description Left out where there is none. */
            replica?: components["schemas"]["ReplicaState"] | null;
        };
        /**
         * ReassignRequest
         * @description Give faces, named by their ids or by places in them, or all of a source unit, to another grid.
         * @example {
         *       "base_revision": 12,
         *       "places": [
         *         [
         *           102.7,
         *           25
         *         ]
         *       ],
         *       "to": "530102001001004",
         *       "verb": "reassign"
         *     }
         */
        ReassignRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "reassign";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /**
             * Faces
             * @default []
             */
            faces: string[];
            /**
             * Places
             * @default []
             */
            places: [
                number,
                number
            ][];
            /** Unit */
            unit?: string | null;
            /** To */
            to: string;
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * Redone
         * @description What a redo came to, and which undo it took back.
         */
        Redone: {
            /**
             * Revision
             * @example 13
             */
            revision: number;
            /**
             * Created
             * @example [
             *       "530102001001014"
             *     ]
             */
            created: string[];
            /**
             * Modified
             * @example [
             *       "530102001001003"
             *     ]
             */
            modified: string[];
            /**
             * Retired
             * @example []
             */
            retired: string[];
            /** Metrics */
            metrics: components["schemas"]["GridChange"][];
            gaps: components["schemas"]["GapsChanged"];
            /**
             * Bounds
             * @description Of what looks different.
             * @example [
             *       102.7,
             *       25,
             *       102.71,
             *       25.01
             *     ]
             */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description The land that changes hands: from which grid, to which. */
            moved: components["schemas"]["Features"];
            redone: components["schemas"]["LogEntry"];
        };
        /**
         * ReplicaState
         * @description How the read replica is; the server works without it.
         */
        ReplicaState: {
            /**
             * State
             * @enum {string}
             */
            state: "level" | "behind" | "unreachable";
            /**
             * Bytes
             * @description Of the log that it has not yet.
             */
            bytes?: number | null;
            /**
             * Seconds
             * @description Since what it has last was done.
             */
            seconds?: number | null;
        };
        /**
         * ReshapeRequest
         * @description Make a line the border between neighbouring grids.
         */
        ReshapeRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "reshape";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /** Codes */
            codes: string[];
            /** Line */
            line: [
                number,
                number
            ][];
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * RetagRequest
         * @description Change a grid's name, its management type, or both.
         */
        RetagRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "retag";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /** Code */
            code: string;
            /** Name */
            name?: string | null;
            /** Management Type */
            management_type?: string | null;
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * Reversed
         * @description What an undo came to, and which entry of the log it took back.
         */
        Reversed: {
            /**
             * Revision
             * @example 13
             */
            revision: number;
            /**
             * Created
             * @example [
             *       "530102001001014"
             *     ]
             */
            created: string[];
            /**
             * Modified
             * @example [
             *       "530102001001003"
             *     ]
             */
            modified: string[];
            /**
             * Retired
             * @example []
             */
            retired: string[];
            /** Metrics */
            metrics: components["schemas"]["GridChange"][];
            gaps: components["schemas"]["GapsChanged"];
            /**
             * Bounds
             * @description Of what looks different.
             * @example [
             *       102.7,
             *       25,
             *       102.71,
             *       25.01
             *     ]
             */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
            /** @description The land that changes hands: from which grid, to which. */
            moved: components["schemas"]["Features"];
            undone: components["schemas"]["LogEntry"];
        };
        /**
         * Right
         * @description Something that not everybody may do.
         * @enum {string}
         */
        Right: "read" | "contacts" | "sign_gaps" | "edit" | "approve" | "administer";
        /**
         * Role
         * @description What somebody is to One Grid.
         * @enum {string}
         */
        Role: "viewer" | "supervisor" | "planner" | "approver" | "admin";
        /**
         * SignIn
         * @description A name and a password.
         */
        SignIn: {
            /**
             * Name
             * @example li.na
             */
            name: string;
            /**
             * Password
             * Format: password
             * @example correct horse battery staple
             */
            password: string;
        };
        /**
         * Spatial
         * @description Boxes: west, south, east, north.
         */
        Spatial: {
            /**
             * Bbox
             * @example [
             *       [
             *         102.7,
             *         25,
             *         102.8,
             *         25.1
             *       ]
             *     ]
             */
            bbox: number[][];
            /**
             * Crs
             * @default http://www.opengis.net/def/crs/OGC/1.3/CRS84
             */
            crs: string;
        };
        /**
         * SplitRequest
         * @description Split a grid along a line.
         * @example {
         *       "base_revision": 12,
         *       "code": "530102001001003",
         *       "line": [
         *         [
         *           102.7,
         *           25
         *         ],
         *         [
         *           102.72,
         *           25.01
         *         ]
         *       ],
         *       "verb": "split"
         *     }
         */
        SplitRequest: {
            /**
             * Verb
             * @constant
             */
            verb: "split";
            /**
             * Snap M
             * @description Metres within which what is drawn is drawn to borders
             * @default 0.5
             */
            snap_m: number;
            /** Code */
            code: string;
            /** Line */
            line: [
                number,
                number
            ][];
            /**
             * Base Revision
             * @description The revision that it was drawn on.
             * @example 12
             */
            base_revision: number;
        };
        /**
         * State
         * @description How the server is.
         */
        State: {
            /**
             * Status
             * @default ok
             * @constant
             */
            status: "ok";
        };
        /**
         * Summary
         * @description The figures of a plan, within the caller's scope; children add up to their parent.
         */
        Summary: {
            /** Revision */
            revision: number;
            /**
             * Since
             * @description Only divisions touched after this revision are told; null: all are.
             */
            since: number | null;
            total: components["schemas"]["Tally"];
            /** Streets */
            streets: components["schemas"]["Tally"][];
            /** Communities */
            communities: components["schemas"]["Tally"][];
            /**
             * Classes
             * @description Grids by what they are, have and miss.
             */
            classes: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /**
             * Kinds
             * @description Gaps by kind, accepted ones left out.
             */
            kinds: {
                [key: string]: number;
            };
            /**
             * Layers
             * @description What a map draws of the sources: units by layer, premises, facilities.
             * @example {
             *       "compound": 16,
             *       "premises": 16
             *     }
             */
            layers: {
                [key: string]: number;
            };
        };
        /**
         * Tally
         * @description The sums of a division; null where nobody knows.
         */
        Tally: {
            /**
             * Code
             * @example 530102001001
             */
            code: string;
            /**
             * Name
             * @example 桂花社区
             */
            name: string | null;
            /** Communities */
            communities: number;
            /** Grids */
            grids: number;
            /** Area M2 */
            area_m2: number;
            /** Households */
            households: number | null;
            /** Population */
            population: number | null;
            /** Party Members */
            party_members: number | null;
            /** Required */
            required: number | null;
            /** Held */
            held: number | null;
            /** Short */
            short: number | null;
            /** Unclaimed M2 */
            unclaimed_m2: number;
            /**
             * Covered
             * @description Grids that a party organisation covers.
             */
            covered: number | null;
            gaps: components["schemas"]["ByLedger"];
            /** Accepted */
            accepted: number;
            /**
             * Bounds
             * @description Of its land; null for the whole.
             */
            bounds: [
                number,
                number,
                number,
                number
            ] | null;
        };
        /**
         * Temporal
         * @description Intervals, open where null.
         */
        Temporal: {
            /**
             * Interval
             * @example [
             *       [
             *         "2026-03-01T01:30:00Z",
             *         null
             *       ]
             *     ]
             */
            interval: (string | null)[][];
        };
        /**
         * TileJson
         * @description TileJSON 3.
         */
        TileJson: {
            /**
             * Tilejson
             * @default 3.0.0
             * @example 3.0.0
             */
            tilejson: string;
            /**
             * Name
             * @example 2026
             */
            name: string;
            /**
             * Scheme
             * @default xyz
             */
            scheme: string;
            /**
             * Tiles
             * @description Of a plan in force with its revision, and with what was decided on its gaps: cacheable for ever.
             * @example [
             *       "https://grid.street.cn/tiles/2026/{z}/{x}/{y}.mvt?revision=13"
             *     ]
             */
            tiles: string[];
            /**
             * Minzoom
             * @default 0
             */
            minzoom: number;
            /**
             * Maxzoom
             * @default 17
             */
            maxzoom: number;
            /**
             * Bounds
             * @example [
             *       102.7,
             *       25,
             *       102.8,
             *       25.1
             *     ]
             */
            bounds?: number[] | null;
            /** Vector Layers */
            vector_layers: components["schemas"]["VectorLayer"][];
        };
        /**
         * TileMatrix
         * @description A zoom of a scheme.
         */
        TileMatrix: {
            /**
             * Id
             * @example 14
             */
            id: string;
            /** Scaledenominator */
            scaleDenominator: number;
            /** Cellsize */
            cellSize: number;
            /**
             * Pointoforigin
             * @default [
             *       -20037508.342789244,
             *       20037508.342789244
             *     ]
             */
            pointOfOrigin: number[];
            /**
             * Tilewidth
             * @default 256
             */
            tileWidth: number;
            /**
             * Tileheight
             * @default 256
             */
            tileHeight: number;
            /** Matrixwidth */
            matrixWidth: number;
            /** Matrixheight */
            matrixHeight: number;
        };
        /**
         * TileMatrixSet
         * @description A scheme of tiles.
         */
        TileMatrixSet: {
            /**
             * Id
             * @default WebMercatorQuad
             */
            id: string;
            /**
             * Title
             * @default Google Maps Compatible for the World
             */
            title: string;
            /**
             * Uri
             * @default http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad
             */
            uri: string;
            /**
             * Crs
             * @default http://www.opengis.net/def/crs/EPSG/0/3857
             */
            crs: string;
            /** Tilematrices */
            tileMatrices: components["schemas"]["TileMatrix"][];
        };
        /**
         * TileMatrixSetListed
         * @description A scheme of tiles, as it is listed.
         */
        TileMatrixSetListed: {
            /** Id */
            id: string;
            /** Title */
            title: string;
            /** Uri */
            uri: string;
            /** Crs */
            crs: string;
            /** Links */
            links: components["schemas"]["Link"][];
        };
        /**
         * TileMatrixSets
         * @description The schemes of tiles.
         */
        TileMatrixSets: {
            /** Tilematrixsets */
            tileMatrixSets: components["schemas"]["TileMatrixSetListed"][];
        };
        /**
         * TileSet
         * @description Tiles of a collection in a scheme.
         */
        TileSet: {
            /** Title */
            title: string;
            /**
             * Datatype
             * @default vector
             * @constant
             */
            dataType: "vector";
            /**
             * Crs
             * @default http://www.opengis.net/def/crs/EPSG/0/3857
             */
            crs: string;
            /**
             * Tilematrixseturi
             * @default http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad
             */
            tileMatrixSetURI: string;
            /** Links */
            links: components["schemas"]["Link"][];
            /** Layers */
            layers?: {
                [key: string]: unknown;
            }[] | null;
        };
        /**
         * TileSets
         * @description The tiles of a collection.
         */
        TileSets: {
            /** Tilesets */
            tilesets: components["schemas"]["TileSet"][];
            /** Links */
            links: components["schemas"]["Link"][];
        };
        /**
         * Trend
         * @description How the gaps of a plan went, at evenly spaced revisions, the first and the last among them.
         */
        Trend: {
            /** Items */
            items: components["schemas"]["TrendStep"][];
        };
        /**
         * TrendStep
         * @description The gaps of a plan as it was at a revision, those left out that are accepted now.
         */
        TrendStep: {
            /** Revision */
            revision: number;
            /**
             * At
             * @example 2026-03-01T09:30:00+08:00
             */
            at: string;
            gaps: components["schemas"]["ByLedger"];
        };
        /**
         * UploadList
         * @description The caller's uploads.
         */
        UploadList: {
            /** Items */
            items: components["schemas"]["UploadShown"][];
        };
        /**
         * UploadShown
         * @description An upload.
         */
        UploadShown: {
            /** Id */
            id: string;
            /**
             * Begun At
             * @description Seconds since 1970.
             */
            begun_at: number;
            /** Files */
            files: components["schemas"]["FileShown"][];
            /**
             * Found
             * @description Null until the server looked into the files.
             */
            found: components["schemas"]["FoundShown"][] | null;
            /** Unreadable */
            unreadable: string[];
            /**
             * Mapping
             * @description Which layer is which, as in layers.toml; null: not said.
             */
            mapping: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
            /**
             * Built
             * @description What the build came to.
             */
            built: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
            job: components["schemas"]["JobShown"] | null;
        };
        /**
         * VectorLayer
         * @description A layer of the tiles.
         */
        VectorLayer: {
            /**
             * Id
             * @example grids
             */
            id: string;
            /** Description */
            description: string;
            /** Minzoom */
            minzoom: number;
            /** Maxzoom */
            maxzoom: number;
            /**
             * Fields
             * @example {
             *       "code": "String",
             *       "households": "Number"
             *     }
             */
            fields: {
                [key: string]: string;
            };
        };
        /**
         * Wanted
         * @description What is to be built.
         */
        Wanted: {
            /**
             * Previous
             * @description The plan whose codes go on.
             * @example 2026
             */
            previous?: string | null;
        };
        /**
         * Ways
         * @description How one may sign in.
         */
        Ways: {
            /** Password */
            password: boolean;
            /**
             * Openid
             * @description Where to send the browser.
             * @example /api/session/openid
             */
            openid: string | null;
            /**
             * Provider
             * @description Whose sign-in that is: the host's name.
             * @example login.city.gov.cn
             */
            provider: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Approval = components['schemas']['Approval'];
export type Base = components['schemas']['Base'];
export type Branch = components['schemas']['Branch'];
export type ByLedger = components['schemas']['ByLedger'];
export type CarveRequest = components['schemas']['CarveRequest'];
export type Collection = components['schemas']['Collection'];
export type Collections = components['schemas']['Collections'];
export type ColumnShown = components['schemas']['ColumnShown'];
export type Conformance = components['schemas']['Conformance'];
export type Counts = components['schemas']['Counts'];
export type Decision = components['schemas']['Decision'];
export type DecisionTold = components['schemas']['DecisionTold'];
export type DeleteVertexRequest = components['schemas']['DeleteVertexRequest'];
export type Detail = components['schemas']['Detail'];
export type Difference = components['schemas']['Difference'];
export type Differences = components['schemas']['Differences'];
export type Extent = components['schemas']['Extent'];
export type Features = components['schemas']['Features'];
export type FeedEvent = components['schemas']['FeedEvent'];
export type FeedPage = components['schemas']['FeedPage'];
export type Figures = components['schemas']['Figures'];
export type FileShown = components['schemas']['FileShown'];
export type FoundShown = components['schemas']['FoundShown'];
export type Gap = components['schemas']['Gap'];
export type GapPage = components['schemas']['GapPage'];
export type GapTold = components['schemas']['GapTold'];
export type GapsChanged = components['schemas']['GapsChanged'];
export type GridChange = components['schemas']['GridChange'];
export type GridTags = components['schemas']['GridTags'];
export type InsertVertexRequest = components['schemas']['InsertVertexRequest'];
export type JobShown = components['schemas']['JobShown'];
export type JsonValue = components['schemas']['JsonValue'];
export type Keys = components['schemas']['Keys'];
export type Landing = components['schemas']['Landing'];
export type Language = components['schemas']['Language'];
export type Lineage = components['schemas']['Lineage'];
export type Link = components['schemas']['Link'];
export type LockRequest = components['schemas']['LockRequest'];
export type LogEntry = components['schemas']['LogEntry'];
export type LogPage = components['schemas']['LogPage'];
export type Me = components['schemas']['Me'];
export type MergeRequest = components['schemas']['MergeRequest'];
export type MoveVertexRequest = components['schemas']['MoveVertexRequest'];
export type Named = components['schemas']['Named'];
export type Note = components['schemas']['Note'];
export type Outcome = components['schemas']['Outcome'];
export type Passed = components['schemas']['Passed'];
export type Place = components['schemas']['Place'];
export type Places = components['schemas']['Places'];
export type PlanPage = components['schemas']['PlanPage'];
export type PlanShown = components['schemas']['PlanShown'];
export type Problem = components['schemas']['Problem'];
export type Readiness = components['schemas']['Readiness'];
export type ReassignRequest = components['schemas']['ReassignRequest'];
export type Redone = components['schemas']['Redone'];
export type ReplicaState = components['schemas']['ReplicaState'];
export type ReshapeRequest = components['schemas']['ReshapeRequest'];
export type RetagRequest = components['schemas']['RetagRequest'];
export type Reversed = components['schemas']['Reversed'];
export type Right = components['schemas']['Right'];
export type Role = components['schemas']['Role'];
export type SignIn = components['schemas']['SignIn'];
export type Spatial = components['schemas']['Spatial'];
export type SplitRequest = components['schemas']['SplitRequest'];
export type State = components['schemas']['State'];
export type Summary = components['schemas']['Summary'];
export type Tally = components['schemas']['Tally'];
export type Temporal = components['schemas']['Temporal'];
export type TileJson = components['schemas']['TileJson'];
export type TileMatrix = components['schemas']['TileMatrix'];
export type TileMatrixSet = components['schemas']['TileMatrixSet'];
export type TileMatrixSetListed = components['schemas']['TileMatrixSetListed'];
export type TileMatrixSets = components['schemas']['TileMatrixSets'];
export type TileSet = components['schemas']['TileSet'];
export type TileSets = components['schemas']['TileSets'];
export type Trend = components['schemas']['Trend'];
export type TrendStep = components['schemas']['TrendStep'];
export type UploadList = components['schemas']['UploadList'];
export type UploadShown = components['schemas']['UploadShown'];
export type VectorLayer = components['schemas']['VectorLayer'];
export type Wanted = components['schemas']['Wanted'];
export type Ways = components['schemas']['Ways'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
