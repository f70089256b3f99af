diesel::table! {
    posts (id) {
        id -> Integer,
        author -> Integer,
        #[sql_name = "type"]
        type_ -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Integer,
        name -> Text,
        bio -> Nullable<Text>,
        age -> Integer,
        created -> Timestamp,
    }
}

diesel::joinable!(posts -> users (author));

diesel::allow_tables_to_appear_in_same_query!(posts, users,);
