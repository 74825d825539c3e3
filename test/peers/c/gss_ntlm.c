/*
 * One NTLM context of gss-ntlmssp in datagram mode, worked over a pipe. A line in, a line out; bytes in hexadecimal, "-" for none:
 *
 *   step TOKEN            -> done|continue TOKEN
 *   mic SEQ MESSAGE       -> ok MIC
 *   verify SEQ MESSAGE MIC -> ok
 *   wrap SEQ MESSAGE      -> ok WRAPPED
 *   unwrap SEQ WRAPPED    -> ok MESSAGE
 *   name                  -> ok NAME
 *
 * Any of them may answer "error TEXT". Arguments: initiate USER | accept. The initiator's password is in GSS_PASSWORD, the acceptor's
 * users are in the file that NTLM_USER_FILE names.
 */
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_ntlmssp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gss_OID_desc mech = {GSS_NTLMSSP_OID_LENGTH, GSS_NTLMSSP_OID_STRING};
static gss_OID_set_desc mechs = {1, &mech};
static gss_OID_desc set_seq = {GSS_NTLMSSP_SET_SEQ_NUM_OID_LENGTH, GSS_NTLMSSP_SET_SEQ_NUM_OID_STRING};
static gss_ctx_id_t context = GSS_C_NO_CONTEXT;
static gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
static gss_name_t target = GSS_C_NO_NAME, source = GSS_C_NO_NAME;

static void put_hex(const gss_buffer_desc *buffer)
{
    if (buffer->length == 0) printf("-");
    for (size_t i = 0; i < buffer->length; i++) printf("%02x", ((unsigned char *)buffer->value)[i]);
}

static gss_buffer_desc get_hex(const char *text)
{
    size_t length = text == NULL || strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
    gss_buffer_desc buffer = {length, calloc(1, length + 1)};
    for (size_t i = 0; i < length; i++) {
        unsigned byte = 0;
        sscanf(text + 2 * i, "%2x", &byte);
        ((unsigned char *)buffer.value)[i] = (unsigned char)byte;
    }
    return buffer;
}

static void fail(const char *what, OM_uint32 major, OM_uint32 minor)
{
    printf("error %s 0x%08x 0x%08x\n", what, major, minor);
}

static void set_sequence(const char *text)
{
    OM_uint32 minor;
    uint32_t number = (uint32_t)strtoul(text, NULL, 10);
    gss_buffer_desc value = {sizeof number, &number};
    gss_set_sec_context_option(&minor, &context, &set_seq, &value);
}

static void step(int initiator, const char *text)
{
    OM_uint32 major, minor, flags;
    gss_buffer_desc input = get_hex(text), output = GSS_C_EMPTY_BUFFER;
    if (initiator) {
        OM_uint32 wanted = GSS_C_DATAGRAM_FLAG | GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
        major = gss_init_sec_context(&minor, credential, &context, target, &mech, wanted, 0, GSS_C_NO_CHANNEL_BINDINGS,
                                     input.length == 0 ? GSS_C_NO_BUFFER : &input, NULL, &output, &flags, NULL);
    } else {
        major = gss_accept_sec_context(&minor, &context, credential, &input, GSS_C_NO_CHANNEL_BINDINGS, &source, NULL,
                                       &output, &flags, NULL, NULL);
    }
    if (GSS_ERROR(major)) {
        fail("step", major, minor);
        return;
    }
    printf(major == GSS_S_COMPLETE ? "done " : "continue ");
    put_hex(&output);
    printf("\n");
}

static void message(const char *command, const char *sequence, const char *text, const char *token)
{
    OM_uint32 major = GSS_S_FAILURE, minor = 0;
    gss_buffer_desc input = get_hex(text), mic = get_hex(token), output = GSS_C_EMPTY_BUFFER;
    set_sequence(sequence);
    if (strcmp(command, "mic") == 0) major = gss_get_mic(&minor, context, 0, &input, &output);
    if (strcmp(command, "verify") == 0) major = gss_verify_mic(&minor, context, &input, &mic, NULL);
    if (strcmp(command, "wrap") == 0) major = gss_wrap(&minor, context, 1, 0, &input, NULL, &output);
    if (strcmp(command, "unwrap") == 0) major = gss_unwrap(&minor, context, &input, &output, NULL, NULL);
    if (major != GSS_S_COMPLETE) {
        fail(command, major, minor);
        return;
    }
    printf("ok ");
    put_hex(&output);
    printf("\n");
}

static void name(void)
{
    OM_uint32 minor;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    gss_display_name(&minor, source, &text, NULL);
    printf("ok %.*s\n", (int)text.length, (char *)text.value);
}

static int prepare(int initiator, const char *user)
{
    OM_uint32 minor;
    if (!initiator) return GSS_ERROR(gss_acquire_cred(&minor, GSS_C_NO_NAME, 0, &mechs, GSS_C_ACCEPT, &credential, NULL, NULL));
    char *password_text = getenv("GSS_PASSWORD");
    gss_buffer_desc who = {strlen(user), (void *)user}, password = {strlen(password_text), password_text};
    gss_buffer_desc service = {10, "rpc@server"};
    gss_name_t client;
    if (GSS_ERROR(gss_import_name(&minor, &who, GSS_C_NT_USER_NAME, &client))) return 1;
    if (GSS_ERROR(gss_import_name(&minor, &service, GSS_C_NT_HOSTBASED_SERVICE, &target))) return 1;
    return GSS_ERROR(gss_acquire_cred_with_password(&minor, client, &password, 0, &mechs, GSS_C_INITIATE, &credential, NULL, NULL));
}

int main(int argc, char **argv)
{
    static char line[1 << 20];
    int initiator = argc > 2 && strcmp(argv[1], "initiate") == 0;
    if (prepare(initiator, argv[argc - 1])) return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[4] = {NULL};
        int count = 0;
        for (char *word = strtok(line, " \n"); word != NULL && count < 4; word = strtok(NULL, " \n")) words[count++] = word;
        if (count == 0) continue;
        if (strcmp(words[0], "step") == 0) step(initiator, words[1]);
        else if (strcmp(words[0], "name") == 0) name();
        else if (count > 2) message(words[0], words[1], words[2], words[3]);
    }
    return 0;
}
